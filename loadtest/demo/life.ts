// One simulated examinee's way through the demo's exam: enters, answers at the moments that the cast foresees, meets a
// mishap, submits or writes until the end. It keeps what was shown as saved, to be compared with the store.
// Called by loadtest/demo.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { OutboxStorage } from '../../client/outbox-storage.ts';
import { colyseusSocket } from '../../client/socket.ts';
import type { Response } from '../../schema/answers.ts';
import type { Measurements } from '../measurements.ts';
import { type Sitting, sit } from '../sitting.ts';
import { type BreakableLink, createBreakableLink } from './breakable-link.ts';
import type { Person } from './cast.ts';
import { act, readWhatIsSaid } from './deeds.ts';

/** What the demo knows of one examinee. */
export type Life = {
  readonly person: Person;
  readonly examineeId: string;
  readonly code: string;
  /** By item: what was last shown as saved. */
  readonly shownAsSaved: Map<number, Response>;
  outcome: 'absent' | 'answering' | 'submitted' | 'timed out';
};

export type Stage = {
  readonly url: string;
  readonly measurements: Measurements;
  /** When the exam starts, epoch ms; resolves once it is known. */
  readonly startsAt: Promise<number>;
  readonly durationMs: number;
  /** A proctor lets this examinee's next other computer in. */
  readonly release: (examineeId: string) => Promise<void>;
  /** One plain sentence for whoever watches. */
  readonly tell: (sentence: string) => void;
};

type Desk = { deviceKey: string; storage: OutboxStorage; link: BreakableLink; sitting: Sitting };

const LIMIT_MS = 60_000;
/** How long a mishap keeps an examinee away, as a share of the exam. */
const AWAY_SHARE = 0.12;
/** A text of this length is typed: it goes one second after its last key. */
const TYPED_LENGTH = 20;

/** Sits the exam to its end: resolves when the sheet is submitted, or the time is over. */
export async function live(stage: Stage, life: Life): Promise<void> {
  const { person } = life;
  if (person.ending === 'never comes') return;
  let desk = await sitDown(stage, life, `${life.examineeId}-1`, memoryOutbox());
  desk.sitting.session.ready();
  life.outcome = 'answering';
  const startsAt = await stage.startsAt;
  const until = (share: number) => sleep(Math.max(0, startsAt + share * stage.durationMs - Date.now()));
  await desk.sitting.running(LIMIT_MS);
  await desk.sitting.session.paper();
  let mishap = person.mishap;
  const acting = until(person.deedAt).then(() => act(person, desk.sitting.session, stage.tell));
  acting.catch(() => {}); // It is awaited below; until then nobody may be there to hear it.
  let outage = Promise.resolve();
  for (const { at, item, response } of person.moments) {
    await until(at);
    if (mishap === 'loses the connection' && at >= person.mishapAt) {
      outage = loseConnection(stage, life, desk);
      outage.catch(() => {}); // It is awaited below; until then nobody may be there to hear it.
      mishap = 'none';
    }
    give(life, desk.sitting, item, response);
    if (mishap === 'none' || at < person.mishapAt) continue;
    desk = mishap === 'reloads the page' ? await reload(stage, life, desk) : await move(stage, life, desk);
    mishap = 'none';
  }
  await outage;
  await acting;
  await end(stage, life, desk.sitting, until);
}

async function end(stage: Stage, life: Life, sitting: Sitting, until: (share: number) => Promise<void>): Promise<void> {
  if (life.person.ending === 'submits') {
    await until(life.person.submitsAt);
    await sitting.submit(LIMIT_MS);
    life.outcome = 'submitted';
  } else {
    await sitting.over(stage.durationMs + LIMIT_MS);
    life.outcome = 'timed out';
  }
  await sitting.leave();
}

async function sitDown(stage: Stage, life: Life, deviceKey: string, storage: OutboxStorage): Promise<Desk> {
  const link = createBreakableLink(colyseusSocket(stage.url));
  const { url, measurements } = stage;
  const { open, fetch } = link;
  const sitting = await sit({ url, code: life.code, deviceKey, measurements, storage, open, fetch });
  sitting.session.on('answer', ({ item, revision, state }) => {
    const shown = sitting.session.answers().get(item);
    if (state === 'saved' && shown?.revision === revision) life.shownAsSaved.set(item, shown.response);
  });
  readWhatIsSaid(life.person, sitting.session, stage.tell);
  for (const { item, response, state } of sitting.session.answers().values())
    if (state === 'saved') life.shownAsSaved.set(item, response);
  return { deviceKey, storage, link, sitting };
}

function give(life: Life, { session, answer }: Sitting, item: number, response: Response): void {
  if (typeof response === 'string' && response.length >= TYPED_LENGTH)
    session.answer(item, response, { debounce: true });
  else answer(item, response);
  // What was saved before is no longer what counts: until the new one is saved, either may be in the store.
  life.shownAsSaved.delete(item);
}

function nameOf({ person: { label, room } }: Life): string {
  return `${label} (room ${room})`;
}

/** Who has no connection goes on writing: nothing is saved, and nothing is lost. */
async function loseConnection(stage: Stage, life: Life, { link, sitting }: Desk): Promise<void> {
  stage.tell(`${nameOf(life)} loses the connection and goes on writing; the answers wait on that computer.`);
  link.cut();
  await sleep(AWAY_SHARE * stage.durationMs);
  const count = sitting.unsavedCount();
  link.mend();
  await sitting.online(LIMIT_MS);
  stage.tell(
    `${nameOf(life)} is back by itself; ${count === 1 ? '1 answer that waited is' : `${count} answers that waited are`} sent now.`,
  );
}

async function reload(stage: Stage, life: Life, desk: Desk): Promise<Desk> {
  stage.tell(`${nameOf(life)} reloads the page in the middle of the exam.`);
  await desk.sitting.leave();
  const again = await sitDown(stage, life, desk.deviceKey, desk.storage);
  stage.tell(`${nameOf(life)} sees all ${again.sitting.session.answers().size} answers again and goes on.`);
  return again;
}

async function move(stage: Stage, life: Life, desk: Desk): Promise<Desk> {
  stage.tell(`${nameOf(life)} has a broken screen and moves to another computer; a proctor lets it in.`);
  await stage.release(life.examineeId);
  const other = await sitDown(stage, life, `${life.examineeId}-2`, memoryOutbox());
  await desk.sitting.fenced(LIMIT_MS);
  await desk.sitting.leave();
  const { size } = other.sitting.session.answers();
  stage.tell(
    `${nameOf(life)} goes on there with ${size} answers; the old computer was told so and sends nothing more.`,
  );
  return other;
}
