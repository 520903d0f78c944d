// Who follows a stream of the monitor as a browser does: it comes back with its last id whenever the stream has ended, and
// folds what it hears. Anything but a stream is the end of it, as it is for a browser's EventSource. Called by the tests of deploy/.
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents } from '../support/event-reader.ts';

type Row = { readonly examineeId: string; readonly savedCount: number };
type Delta = { readonly set: readonly Row[]; readonly gone: readonly string[] };

export type Following = {
  /** The people as they are after all events so far: examineeId → how many answers of his are saved. */
  saved(): ReadonlyMap<string, number>;
  /** Why it had to begin anew, each time: never, where no event was missed. */
  readonly resets: readonly string[];
  /** How often it came back. */
  returns(): number;
  /** What it was answered in place of a stream. */
  readonly refusals: readonly string[];
  stop(): Promise<void>;
};

/** As the stream itself says: one to three seconds. */
const RETRY_MS = 1_000;
const LOOK_MS = 20;

/** Resolves once it hears something. */
export async function follow(url: string, token: string): Promise<Following> {
  const saved = new Map<string, number>();
  const refusals: string[] = [];
  const resets: string[] = [];
  let [hasBegun, returns, isOver] = [false, -1, false];
  let lastId = '';

  function take(event: string, data: unknown): void {
    if (event === 'reset') resets.push((data as { reason: string }).reason);
    else if (event === 'snapshot') {
      hasBegun = true;
      saved.clear();
      for (const row of (data as { examinees: Row[] }).examinees) saved.set(row.examineeId, row.savedCount);
    } else if (event === 'examinees') {
      const { set, gone } = data as Delta;
      for (const examineeId of gone) saved.delete(examineeId);
      for (const row of set) saved.set(row.examineeId, row.savedCount);
    }
  }

  async function readToItsEnd(): Promise<void> {
    const reader = await readEvents(url, token, lastId);
    returns++;
    if (reader.status !== 200) {
      refusals.push(`status ${reader.status}`);
      isOver = true;
    }
    let hasEnded = false;
    void reader.ended.then(() => {
      hasEnded = true;
    });
    for (let taken = 0; !isOver && !(hasEnded && taken === reader.events.length); await sleep(LOOK_MS))
      for (const { event, data } of reader.events.slice(taken)) {
        take(event, data);
        taken++;
      }
    lastId = reader.lastId();
    reader.close();
  }

  async function readOn(): Promise<void> {
    while (!isOver) {
      await readToItsEnd().catch((error: unknown) => void refusals.push(String(error)));
      if (!isOver) await sleep(RETRY_MS);
    }
  }

  const work = readOn();
  while (!hasBegun && !isOver) await sleep(LOOK_MS);
  return {
    saved: () => saved,
    returns: () => returns,
    ...{ refusals, resets },
    stop() {
      isOver = true;
      return work;
    },
  };
}
