// Whether what `examhall start` runs on this machine answers, for managers of containers that ask by running a programme:
// exit code 0 or 1. Asks whether it lives, never whether the stores do: to restart it would bring none of them back.

import { askRunning } from './ask-running.ts';
import { announce } from './command.ts';
import { dataFolder } from './commands/environment.ts';
import { runningHere } from './running-notes.ts';

const WITHIN_MS = 2_000;

const running = runningHere(dataFolder());
const answers = await Promise.allSettled(running.map((note) => askRunning(note, '/health', WITHIN_MS)));
const isWell = answers.length > 0 && answers.every((one) => one.status === 'fulfilled' && one.value.status === 200);
if (!isWell) {
  announce(`${running.length} run here, and not all of them answer.`);
  process.exitCode = 1;
}
