// The whole scripted exam: every control, every kind of incident and every refusal, and at each step somebody is cut off.
import { playsAsWritten } from './scripted/exam.ts';
import { SCRIPT } from './scripted/script.ts';

describe('an exam by the script', function () {
  this.timeout(60_000);
  this.bail(true); // what comes after a step that failed says nothing
  playsAsWritten(SCRIPT);
});
