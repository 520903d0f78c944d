// The proctor's page, at /proctor.
import { startPage } from '../shared/start.tsx';
import { ProctorPage } from './ProctorPage.tsx';

startPage(ProctorPage);
