// Who sits the demo's exam and what happens to whom: seeded, so that every demo tells the same story.
// Pure. Called by loadtest/demo.ts.
import type { Response } from '../../schema/answers.ts';
import { pick, type Random, seededRandom } from '../random.ts';
import type { RehearsalRoom } from '../rehearsal.ts';
import type { Deed } from './deeds.ts';
import type { DemoItem } from './paper.ts';

/** What befalls an examinee once, about the middle of the exam. */
export type Mishap = 'none' | 'loses the connection' | 'reloads the page' | 'moves to another computer';

/** How the exam ends for them. */
export type Ending = 'submits' | 'is still writing at the end' | 'never comes';

/** At this moment (0 is the start, 1 the end) gives this response. */
export type Moment = { at: number; item: number; response: Response };

export type Person = {
  label: string;
  room: string;
  mishap: Mishap;
  /** When the mishap comes, 0 to 1. */
  mishapAt: number;
  /** What a proctor has to react to, and when, 0 to 1. */
  deed: Deed | undefined;
  deedAt: number;
  ending: Ending;
  /** When they submit, if they do, 0 to 1. */
  submitsAt: number;
  moments: Moment[];
};

const ROOMS = ['Maple', 'Oak', 'Birch', 'Cedar'];
const SEATS = 15;
const CHANGE_RATE = 0.15;
const FIRST_AT = 0.02;
const LAST_AT = 0.7;

const MISHAPS: ReadonlyMap<number, Mishap> = new Map<number, Mishap>([
  [4, 'loses the connection'],
  [11, 'reloads the page'],
  [19, 'loses the connection'],
  [27, 'moves to another computer'],
  [33, 'loses the connection'],
  [41, 'reloads the page'],
  [52, 'loses the connection'],
]);
const LOOKS_AWAY: Deed = { kind: 'is noticed', signal: 'focus-lost', times: 3, what: 'looks at another window' };
const SECOND_SCREEN: Deed = { kind: 'is noticed', signal: 'second-screen', times: 1, what: 'plugs in a second screen' };
const DEEDS: ReadonlyMap<number, { deed: Deed; deedAt: number }> = new Map([
  [6, { deed: { kind: 'asks', question: 'May I draw a sketch for item 7?' }, deedAt: 0.12 }],
  [15, { deed: LOOKS_AWAY, deedAt: 0.18 }],
  [24, { deed: SECOND_SCREEN, deedAt: 0.28 }],
  [29, { deed: { kind: 'asks', question: '' }, deedAt: 0.4 }],
  [45, { deed: LOOKS_AWAY, deedAt: 0.58 }],
]);
const ENDINGS: ReadonlyMap<number, Ending> = new Map<number, Ending>([
  [8, 'is still writing at the end'],
  [23, 'never comes'],
  [37, 'is still writing at the end'],
  [46, 'never comes'],
  [58, 'is still writing at the end'],
]);

/** Sixty people in four rooms. */
export function createCast(items: readonly DemoItem[]): Person[] {
  return Array.from({ length: ROOMS.length * SEATS }, (_, index) => personOf(index + 1, items));
}

/** Their rooms, for the roster. */
export function roomsOf(cast: readonly Person[]): RehearsalRoom[] {
  const seatedIn = (label: string) =>
    cast.filter(({ room }) => room === label).map((person) => ({ label: person.label }));
  return ROOMS.map((label) => ({ label, examinees: seatedIn(label) }));
}

function personOf(place: number, items: readonly DemoItem[]): Person {
  const label = `Examinee ${place}`;
  const random = seededRandom(label);
  const room = ROOMS[(place - 1) % ROOMS.length] ?? '';
  return {
    ...{ label, room },
    mishap: MISHAPS.get(place) ?? 'none',
    mishapAt: 0.25 + random() * 0.3,
    deed: DEEDS.get(place)?.deed,
    deedAt: DEEDS.get(place)?.deedAt ?? 0,
    ending: ENDINGS.get(place) ?? 'submits',
    submitsAt: LAST_AT + 0.05 + random() * 0.2,
    moments: momentsOf(items, random),
  };
}

/** Items one after another, some of them twice; right with a probability that follows from ability and difficulty (Rasch 1960). */
function momentsOf(items: readonly DemoItem[], random: Random): Moment[] {
  const ability = (random() + random() + random() - 1.5) * 2;
  const width = (LAST_AT - FIRST_AT) / items.length;
  const moments = items.flatMap(({ item, right, wrong, difficulty }, index): Moment[] => {
    const knows = random() < 1 / (1 + Math.exp(difficulty - ability));
    const response = knows ? right : (pick(random, wrong) ?? null);
    const at = FIRST_AT + width * (index + random());
    if (random() >= CHANGE_RATE) return [{ at, item: item.number, response }];
    const first = pick(random, [right, ...wrong]) ?? null;
    return [
      { at, item: item.number, response: first },
      { at: at + random() * (LAST_AT - at), item: item.number, response },
    ];
  });
  return moments.sort((one, other) => one.at - other.at);
}
