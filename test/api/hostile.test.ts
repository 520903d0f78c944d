// Every route, with some of what nobody honest sends.
import { hostileRequests } from './hostile.ts';

describe('requests that nobody honest sends', hostileRequests({ bodies: 10, lines: 3 }));
