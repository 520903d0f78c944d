// Every route, with much of what nobody honest sends.
import { hostileRequests } from './hostile.ts';

describe('requests that nobody honest sends, many of them', hostileRequests({ bodies: 200, lines: 40 }));
