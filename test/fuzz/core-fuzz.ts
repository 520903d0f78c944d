// The fuzz of the pure core: messages that fit, that were made unfit, of the wrong role, in any order, each parsed and
// decided as a room does it. Nothing throws, a refused one changes nothing, the honest one after it is taken, and no type
// is forgotten. Called by the short and the long run.
import assert from 'node:assert/strict';
import { between, pick, type Random, seededRandom } from '../../loadtest/random.ts';
import { parseMessage } from '../../rooms/examinee-messages.ts';
import type { IncomingType } from '../../schema/messages.ts';
import { neededRelation } from '../../schema/permissions.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import {
  type From,
  fingerprint,
  ITEM_COUNT,
  mustBeSound,
  newWorld,
  passTime,
  receive,
  type World,
} from './core-world.ts';
import { fitting, type Known, mutated, shown, strangeId, TYPES } from './shapes.ts';
import { createTally, type Tally } from './tally.ts';

const START = 1_800_000_000_000;
const FENCE = 3;
/** A world lasts so long; the next one begins anew. */
const MESSAGES_A_WORLD = 300;
const MOST_REFUSAL_CHARACTERS = 1_000;
const UNFIT_SHARE = 0.5;

/** Sends so many messages, of all types alike. Throws with the message that did it, and with the seed. */
export function fuzzCore(seed: number, messageCount: number): Tally {
  const random = seededRandom(`core ${seed}`);
  const tally = createTally();
  let left = messageCount;
  while (left > 0) {
    const stage = newStage(random);
    for (let sent = 0; sent < MESSAGES_A_WORLD && left > 0; sent++, left--) {
      const type = pick(random, TYPES) ?? 'heartbeat';
      const from = senderOf(type, stage, random);
      const isFitting = random() >= UNFIT_SHARE;
      const message = isFitting ? fitting(type, random, knownOf(stage)) : mutated(type, random, knownOf(stage));
      try {
        tally.note(type, take(stage.world, from, type, message));
        if (random() < 0.2) passTime(stage.world, between(random, 0, random() < 0.02 ? 3_600_000 : 4_000));
        mustBeSound(stage.world);
      } catch (cause) {
        const what = `${from.role} sent ${type} ${shown(message)}; TEST_SEED=${seed} repeats it`;
        throw new Error(`message ${messageCount - left + 1}: ${what}: ${String(cause)}`, { cause });
      }
    }
  }
  assert.deepEqual(Object.keys(Object.prototype), [], 'nothing was added to all objects');
  return tally;
}

type Stage = {
  readonly world: World;
  readonly examinees: string[];
  readonly proctors: string[];
  readonly strangers: string[];
  readonly controls: string[];
};

function newStage(random: Random): Stage {
  const ids = (count: number) => Array.from({ length: count }, () => strangeId(random));
  const [examinees, proctors] = [ids(3), ids(2)];
  const world = newWorld(START, examinees, proctors, FENCE);
  if (random() < 0.8)
    receive(world, { role: 'proctor', id: proctors[0] ?? '' }, 'control.issue', {
      controlId: strangeId(random),
      action: 'start',
      reason: '',
    });
  passTime(world, between(random, 0, 10_000));
  return { world, examinees, proctors, strangers: ids(2), controls: ids(4) };
}

function knownOf({ world, examinees, proctors, strangers, controls }: Stage): Known {
  const incidents = [...world.incidents.keys()].filter((id) => id.length === 16).slice(-4);
  const handovers = [world.charge.offer?.handoverId ?? '', world.charge.last?.handoverId ?? ''].filter(
    (id) => id !== '',
  );
  return {
    ids: {
      examineeId: [...examinees, ...examinees, ...strangers],
      to: [...proctors, ...strangers],
      controlId: controls,
      undoes: [...controls, ...world.facts.adjustments.map(({ controlId }) => controlId)],
      incidentId: incidents,
      handoverId: handovers,
    },
    ...{ fence: FENCE, itemCount: ITEM_COUNT, now: world.now },
    versions: [0, 1, 2, ...[...world.incidents.values()].slice(-4).map(({ version }) => version)],
  };
}

/** Mostly somebody who may say such a thing. */
function senderOf(type: IncomingType, { examinees, proctors }: Stage, random: Random): From {
  const may = (['examinee', 'proctor'] as const).filter((role) => neededRelation(role, type) !== undefined);
  const role = (random() < 0.9 ? pick(random, may) : undefined) ?? (random() < 0.5 ? 'examinee' : 'proctor');
  return { role, id: pick(random, role === 'examinee' ? examinees : proctors) ?? '' };
}

/** Takes a message as a room's dispatch does. */
function take(world: World, from: From, type: IncomingType, message: unknown): Refusal | undefined {
  const before = fingerprint(world);
  const refusal = decide(world, from, type, message);
  if (refusal === undefined) return undefined;
  assert.equal(fingerprint(world), before, 'a refused message has changed something');
  assert.ok(refusal.message.length <= MOST_REFUSAL_CHARACTERS, `a refusal of ${refusal.message.length} characters`);
  mustHear(world);
  return refusal;
}

function decide(world: World, from: From, type: IncomingType, message: unknown): Refusal | undefined {
  if (neededRelation(from.role, type) === undefined) return refuse('PERMISSION_DENIED');
  const parsed = parseMessage(type, message);
  return isRefusal(parsed) ? parsed : receive(world, from, type, parsed);
}

/** The honest messages after it: a proctor's notice reaches whoever is not through, and a heart beats. */
function mustHear(world: World): void {
  const [proctor = ''] = world.proctors;
  const notice = { controlId: 'AAAAAAAAAAAAAAAA', action: 'notice', text: 'Five minutes.' };
  const refusal = decide(world, { role: 'proctor', id: proctor }, 'control.issue', notice);
  assert.equal(refusal !== undefined, world.facts.status === 'ended', 'an honest notice');
  const [examinee = ''] = world.people.keys();
  const beat = decide(world, { role: 'examinee', id: examinee }, 'heartbeat', { sentAt: 1 });
  assert.equal(beat, undefined, 'an honest heartbeat');
}
