// The script of an exam in which everything happens is complete, and its shorter form is played: its beginning, a pause, a
// submit, a room that is ended by mistake, and the end. The whole is in scripted-exam.long.ts, the script in scripted/.
import assert from 'node:assert/strict';
import { playsAsWritten } from './scripted/exam.ts';
import { CORE, missingIn, SCRIPT } from './scripted/script.ts';

it('the script has every control, every kind of incident and every refusal that can be provoked', () => {
  assert.deepEqual(missingIn(SCRIPT), { actions: [], kinds: [], refusals: [], provoked: [] });
});

describe('an exam by the script, in short', function () {
  this.timeout(60_000);
  this.bail(true); // what comes after a step that failed says nothing
  playsAsWritten(CORE);
});
