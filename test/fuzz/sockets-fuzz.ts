// The fuzz over sockets: a real hall with a room that nothing may move, and rooms in which everything may happen. Nothing
// falls, no hook throws, no effect fails, no rejection is unheard. Called by the short and the long run.
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { type Random, seededRandom } from '../../loadtest/random.ts';
import { newId } from '../../schema/ids.ts';
import { openStore } from '../../store/open-store.ts';
import { openHall } from '../support/hall.ts';
import { mongodbUrl } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';
import { createRoughRoom, type RoughRoom } from './rough-room.ts';
import { TYPES } from './shapes.ts';
import { openSnapshots } from './snapshot.ts';
import { openSteadyRoom } from './steady-room.ts';
import { createTally, type Tally } from './tally.ts';

/** Of each client and wave: less than a client may send in a second, so that most of it is looked at. */
const WAVE_EACH = 25;
const BURST_EACH = 20;
const MOST_ROUNDS = 150;
/** Of what was taken before: others may wait for it. */
const AGAIN_SHARE = 0.3;

/** Sends at least so many messages; where `alone` is above 0 all types alone in so many rounds. Throws where something falls or changes. */
export async function fuzzSockets(
  seed: number,
  messageCount: number,
  alone: number,
): Promise<{ tally: Tally; sent: number }> {
  const random = seededRandom(`sockets ${seed}`);
  const url = await mongodbUrl(`fuzz-${newId()}`);
  const store = await openStore({ url, autoIndex: true, paperKey: TEST_PAPER_KEY });
  const faults: string[] = [];
  const hall = await openHall('fuzz', { store, log: pino({ level: 'warn' }, collector(faults)) });
  const snapshots = await openSnapshots(url);
  const tally = createTally();
  const loud = quietFramework(faults);
  let sent = 0;
  const mustBeQuiet = () => assert.deepEqual(faults, [], 'what the process has logged');
  try {
    const rough = createRoughRoom(hall, random, tally, snapshots);
    if (alone > 0) sent += await eachAlone(rough, alone, random, tally);
    const steady = await openSteadyRoom(hall, await hall.exam({ examinees: 3 }), random, tally, snapshots);
    while (sent < messageCount) {
      sent += await steady.wave(WAVE_EACH);
      sent += await rough.burst(BURST_EACH, TYPES);
      mustBeQuiet();
    }
  } catch (cause) {
    throw new Error(`after ${sent} messages, TEST_SEED=${seed}: ${String(cause)}\n${faults.slice(0, 3).join('')}`, {
      cause,
    });
  } finally {
    loud();
    await snapshots.close();
    await hall.stop();
    await store.close();
  }
  assert.deepEqual(Object.keys(Object.prototype), [], 'nothing was added to all objects');
  return { tally, sent };
}

/** So many rounds of all types in any order, and more until each was taken at least once. */
async function eachAlone(rough: RoughRoom, rounds: number, random: Random, tally: Tally): Promise<number> {
  let sent = 0;
  for (let round = 0; round < rounds || (round < MOST_ROUNDS && tally.untaken().length > 0); round++) {
    const others = TYPES.filter((type) => round < rounds || tally.untaken().includes(type) || random() < AGAIN_SHARE);
    for (const type of others.sort(() => random() - 0.5)) sent += await rough.alone(type);
  }
  return sent;
}

/** The framework writes of each frame that it cannot decode. Where our own code stands in what is written, it is a fault. */
function quietFramework(faults: string[]): () => void {
  const { error, warn } = console;
  console.warn = () => {}; // the SDK tells of each socket that was closed, and that is meant here
  console.error = (...written: unknown[]) => {
    const text = written.map((one) => (one instanceof Error ? one.stack : String(one))).join(' ');
    if (/\/(rooms|exam|store)\/[a-z-]+\.ts/.test(text)) faults.push(text);
  };
  return () => {
    Object.assign(console, { error, warn });
  };
}

/**
 * Who was sent out and comes back all the same is refused by a throw, and so is a room that is made twice at once. Papers
 * of the hall have no key, so that what has ended is not scored.
 */
const MEANT = ['"where":"onJoin"', '"where":"onCreate"', '"code":"NO_KEY"'];

/** All that a process warns of: no message may bring that about. */
function collector(faults: string[]): Writable {
  return new Writable({
    write(line, _encoding, done) {
      const text = String(line);
      if (!MEANT.some((meant) => text.includes(meant))) faults.push(text);
      done();
    },
  });
}
