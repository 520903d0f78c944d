// The examinee's page, at /exam.
import { startPage } from '../shared/start.tsx';
import { ExamineePage } from './ExamineePage.tsx';

startPage(ExamineePage);
