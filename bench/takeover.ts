// `npm run bench:takeover [-- --quick]`: 200 people answer in ten rooms of one process, which is killed; how long until each
// answers again. Then the process that has the rooms now is stopped in order, as for a new version, and hands them back; how
// long an answer of each waits. Exit code 1 where a limit is not kept or anybody is locked out.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRehearsal, openRooms, type Rehearsal, startRooms } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles } from '../loadtest/report.ts';
import { answeringAfterMs, comeIn, goOnAnswering, longestWaitMs, type Person, untilAll } from './answering-people.ts';
import { benchPaper, benchRooms } from './documents.ts';
import { judge, LIMITS } from './limits.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';

const SIZES = { full: { examinees: 200, rooms: 10 }, quick: { examinees: 12, rooms: 3 } } as const;
const EVERY_MS = { full: 1_000, quick: 250 } as const;
const QUIET_MS = { full: 4_000, quick: 1_000 } as const;
const PATIENCE_MS = 30_000;
/** After it an answer that a drain held up has been saved. */
const AFTER_DRAIN_MS = 4_000;

type TakeoverFigures = {
  readonly examinees: number;
  readonly rooms: number;
  /** The peer: all of them came in for the first time at the same moment. */
  readonly inMs: Percentiles;
  /** From the SIGKILL until the first answer that was given after it was saved. */
  readonly answeringMs: Percentiles;
  readonly lockedOut: number;
  /** Of the stop in order: how long it took, the longest that an answer of each waited, and who did not come back. */
  readonly drainMs: number;
  readonly waitMs: Percentiles;
  readonly drainedOut: number;
};

async function measure(bench: Bench): Promise<TakeoverFigures> {
  const size = SIZES[bench.pace];
  return bench.withSystem({ api: 1, rooms: 2, workers: 1 }, async (started) => {
    const { system, admin } = started;
    await system.kill('rooms-2'); // so that the other one has all rooms
    const rooms = benchRooms(size.examinees, size.rooms);
    const rehearsal = await createRehearsal(admin, { name: 'bench', ...benchPaper(), rooms, durationMs: 3_600_000 });
    await openRooms(admin, rehearsal);
    const people = await comeIn(system.url, rehearsal.roster);
    const inMs = percentiles(people.map((person) => person.inMs));
    bench.say(`${people.length} people came in at once: ${percentileLine(inMs)}`);
    let goesOn = true;
    const answering = begin(started, rehearsal, people, EVERY_MS[bench.pace], () => goesOn);
    await answering.begun;
    await system.start('rooms-2');
    await sleep(QUIET_MS[bench.pace]);
    const killed = await kill(started, people);
    bench.say(`from the kill to answering: ${percentileLine(killed.answeringMs)}, locked out ${killed.lockedOut}`);
    await system.start('rooms-1');
    await sleep(QUIET_MS[bench.pace]);
    const drained = await drain(started, people);
    bench.say(
      `a stop in order took ${Math.round(drained.drainMs)} ms; longest wait: ${percentileLine(drained.waitMs)}`,
    );
    goesOn = false;
    await answering.ended;
    await Promise.all(people.map(({ session }) => session.leave()));
    return { ...size, inMs, ...killed, ...drained };
  });
}

function begin(
  { admin }: BenchSystem,
  rehearsal: Rehearsal,
  people: readonly Person[],
  everyMs: number,
  goesOn: () => boolean,
): { readonly begun: Promise<void>; readonly ended: Promise<void> } {
  const begun = (async () => {
    await startRooms(admin, rehearsal);
    await untilAll(people, ({ session }) => session.room().status === 'running', PATIENCE_MS);
  })();
  return { begun, ended: begun.then(() => goOnAnswering(people, everyMs, goesOn)) };
}

async function kill({ system }: BenchSystem, people: readonly Person[]) {
  const at = performance.now();
  await system.kill('rooms-1');
  const isBack = (person: Person) => answeringAfterMs(person, at) < Number.POSITIVE_INFINITY;
  const lockedOut = await untilAll(people, isBack, PATIENCE_MS);
  const back = people.filter((person) => !lockedOut.includes(person));
  return {
    answeringMs: percentiles(back.map((person) => answeringAfterMs(person, at))),
    lockedOut: lockedOut.length,
  };
}

async function drain({ system }: BenchSystem, people: readonly Person[]) {
  const from = performance.now();
  await system.kill('rooms-2', 'SIGTERM');
  const to = performance.now();
  await sleep(AFTER_DRAIN_MS);
  const isSaved = (person: Person) => longestWaitMs(person, from, to) < Number.POSITIVE_INFINITY;
  const out = await untilAll(people, isSaved, PATIENCE_MS);
  const waits = people.filter((person) => !out.includes(person)).map((person) => longestWaitMs(person, from, to));
  return { drainMs: to - from, waitMs: percentiles(waits), drainedOut: out.length };
}

await runBench('takeover', async (bench) => {
  const figures = await measure(bench);
  const { answeringMs, lockedOut, inMs, waitMs, drainedOut } = figures;
  const { takeover } = LIMITS;
  const verdicts = [
    judge(takeover.p50, answeringMs.p50, inMs.p50),
    judge(takeover.p99, answeringMs.p99, inMs.p99),
    judge(takeover.lockedOut, lockedOut + drainedOut, inMs.max),
    judge(takeover.wait, waitMs.max, inMs.max),
  ];
  return { figures, verdicts: bench.pace === 'quick' ? [] : verdicts };
});
