// How far a long step is, with a time to go: one line that is written over on a terminal, and a line now and then where
// the output goes to a file. Called by the replay.
import { duration } from '../report.ts';

export type ProgressLine = {
  /** The step's words and its extent; ends the step before it. */
  begin(what: string, total: number): void;
  /** So many are done by now. */
  at(done: number): void;
  /** Ends the last step. */
  end(): void;
};

/** Where progress is written to; a WriteStream will do. */
export type ProgressOutput = { write(text: string): unknown; readonly isTTY?: boolean };

const TERMINAL_MS = 200;
const FILE_MS = 10_000;

/** Writes to `output`; `now` in ms, monotonic. */
export function createProgressLine(output: ProgressOutput, now: () => number = () => performance.now()): ProgressLine {
  const everyMs = output.isTTY ? TERMINAL_MS : FILE_MS;
  let step = { what: '', total: 0, startedAt: 0, done: 0 };
  let shownAt = 0;
  const show = (): void => {
    shownAt = now();
    const text = progressText(step.what, step.done, step.total, (shownAt - step.startedAt) / 1000);
    output.write(output.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
  };
  const finish = (): void => {
    if (step.what === '') return;
    show();
    if (output.isTTY) output.write('\n');
    step = { what: '', total: 0, startedAt: 0, done: 0 };
  };
  return {
    begin(what, total) {
      finish();
      step = { what, total, startedAt: now(), done: 0 };
      shownAt = now();
      if (output.isTTY) show();
    },
    at(done) {
      step.done = done;
      if (now() - shownAt >= everyMs) show();
    },
    end: finish,
  };
}

/** `answering: 12,000 of 273,190, 4 %, 1 min 5 s to go`; with the time taken once all is done. */
export function progressText(what: string, done: number, total: number, seconds: number): string {
  const share = total === 0 ? 1 : done / total;
  const extent = `${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
  if (done >= total) return `${extent} in ${duration(seconds)}`;
  const toGo = done === 0 ? '' : `, ${duration((seconds / share) * (1 - share))} to go`;
  return `${extent}, ${Math.floor(share * 100)} %${toGo}`;
}
