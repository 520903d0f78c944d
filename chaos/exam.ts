// One exam in the hall: its plan, its people and proctors in their rooms, and everything that they remember of it. Several
// schedules pass over it. Called by run.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { answerId } from '../exam/answer-id.ts';
import { type Administrator, login } from '../loadtest/administrator.ts';
import { between, type Random } from '../loadtest/random.ts';
import { createRehearsal, endRooms, openRooms, startRooms } from '../loadtest/rehearsal.ts';
import type { Item, KeyEntry } from '../schema/answers.ts';
import { ID_LENGTH, newId } from '../schema/ids.ts';
import { type Hall, PROCTORS } from './hall.ts';
import type { Exit, History, Saved } from './history.ts';
import { ESSAY_EVERY, ITEMS, type Person, seatPerson } from './people.ts';
import { type Proctor, seatProctor } from './proctors.ts';
import { marksIn, QUESTION, type Seen } from './taint.ts';

const ROOMS = PROCTORS;
const DURATION_MS = 6 * 3_600_000;
/** Everybody gives some answers at once about so often, in ms. */
const PACE: readonly [number, number] = [300, 700];
const BURST: readonly [number, number] = [1, 4];
/** Of so many "saved" one is looked for in the store at once. */
const LOOK_EVERY = 8;
const LOOKS_AT_ONCE = 40;
const START_LIMIT_MS = 60_000;

const WORDS: readonly Item[] = Array.from({ length: ITEMS }, (_, index) => ({
  number: index + 1,
  name: `q${index + 1}`,
  kind: (index + 1) % ESSAY_EVERY === 0 ? ('essay' as const) : ('shortText' as const),
  text: `${QUESTION} What is ${index + 1}?`,
  options: [],
}));
const KEY: readonly KeyEntry[] = WORDS.flatMap(({ number, kind }) =>
  kind === 'shortText' ? [{ item: number, kind, correct: ['nothing'], points: 1_000 }] : [],
);

/** From the healing on: how long each has taken to be back, by examinee; undefined where it took too long. */
export type Back = ReadonlyMap<string, { readonly backAfterMs: number | undefined; readonly wasAway: boolean }>;

export type Exam = {
  readonly planId: string;
  readonly people: readonly Person[];
  readonly proctors: readonly Proctor[];
  /** People answer and proctors work until it is told to stop. */
  work(random: Random, goesOn: () => boolean): Promise<void>;
  /** How many items each board shows as saved, by examinee. */
  boards(): ReadonlyMap<string, number>;
  history(back: Back, exits: readonly Exit[]): History;
  leave(): Promise<void>;
  /** Everybody leaves, and the rooms end. */
  end(): Promise<void>;
};

/** `listen`: where to hear of marks on their way to people. `proctorPace`: how long proctors wait between two acts, in ms. */
type ExamOptions = {
  readonly name: string;
  readonly count: number;
  readonly listen: (seen: Seen) => void;
  readonly proctorPace?: readonly [least: number, most: number];
};

/** Makes an exam, seats everybody and starts it. */
export async function beginExam(
  hall: Hall,
  admin: Administrator,
  { name, count, listen, proctorPace }: ExamOptions,
): Promise<Exam> {
  const rooms = Array.from({ length: ROOMS }, (_, room) => ({
    label: `room ${room + 1}`,
    examinees: Array.from({ length: Math.ceil((count - room) / ROOMS) }, (_unused, seat) => ({
      label: `examinee ${room + 1}.${seat + 1}`,
    })),
  }));
  const rehearsal = await createRehearsal(admin, {
    ...{ name, items: WORDS, key: KEY, rooms, durationMs: DURATION_MS, graceMs: 2_000 },
  });
  const { planId, roster } = rehearsal;
  const indexById = new Map(roster.map(({ examineeId }, index) => [examineeId, index]));
  const looks = lookInto(hall, planId);
  // There are gaps in it until everybody is seated.
  const byTicket = (ticket: string) => people.find((person?: Person) => person?.tickets.has(ticket));
  let hasStarted = false;
  const people: Person[] = [];
  listen((ticket, mark) => {
    const person = byTicket(ticket);
    const whose = indexById.get(mark);
    if (whose !== undefined) {
      if (person !== undefined && person.seat.index !== whose) person.foreign(1);
    } else if (mark.length === ID_LENGTH)
      return; // of a room, a plan, a control
    else if (mark === 'q') {
      if (!hasStarted) person?.early(1);
    } else if (person === undefined) people[Number(mark)]?.foreign(1);
    else if (Number(mark) !== person.seat.index) person.foreign(1);
  });
  await openRooms(admin, rehearsal);
  const networks = [...hall.networks];
  await Promise.all(
    roster.map(async ({ examineeId, label, code }, index) => {
      const [networkName = '', network] = networks[index % networks.length] ?? [];
      if (network === undefined) throw new RangeError('there is no network');
      const roomId =
        rehearsal.rooms[rooms.findIndex(({ examinees }) => examinees.some((one) => one.label === label))]?.roomId ?? '';
      people[index] = await seatPerson(
        { index, examineeId, label, code, roomId, network, networkName },
        { saved: looks, shown: sawIn },
      );
    }),
  );
  const proctors = await Promise.all(
    rehearsal.rooms.map(async ({ roomId }, index) => {
      const account = { login: `proctor-${newId()}`, password: newId() };
      await admin.addProctor(planId, { label: `proctor ${index + 1}`, roomIds: [roomId], ...account });
      const token = await login(admin.url, account.login, account.password);
      const network = hall.proctors[index];
      if (network === undefined) throw new RangeError('there is no network');
      const examineeIds = people.filter(({ seat }) => seat.roomId === roomId).map(({ seat }) => seat.examineeId);
      return seatProctor({
        network,
        token,
        roomId,
        examineeIds,
        ...(proctorPace === undefined ? {} : { pace: proctorPace }),
      });
    }),
  );
  await startRooms(admin, rehearsal);
  hasStarted = true;
  await everybodySeesTheStart(people);

  function sawIn(index: number, text: string): void {
    for (const mark of marksIn(text)) {
      if (mark === 'q' && !hasStarted) people[index]?.early(1);
      else if (mark !== 'q' && Number(mark) !== index) people[index]?.foreign(1);
    }
  }

  const boards = () =>
    new Map(
      proctors.flatMap(({ watch }) => [...watch.board()].map(([id, { savedCount }]) => [id, savedCount] as const)),
    );

  const leave = async () => {
    await Promise.all([...people, ...proctors].map((one) => one.leave()));
  };

  return {
    planId,
    people,
    proctors,
    boards,
    async work(random, goesOn) {
      const answering = people.map(async (person) => {
        await sleep(between(random, 0, PACE[1]));
        while (goesOn()) {
          if (!person.isSubmitting()) person.answer(random, between(random, ...BURST));
          await sleep(between(random, ...PACE));
        }
      });
      await Promise.all([...answering, ...proctors.map((proctor) => proctor.work(random, goesOn))]);
    },
    history: (back, exits) => ({
      planId,
      durationMs: DURATION_MS,
      people: people.map((person) => {
        const { examineeId } = person.seat;
        const boardCount = boards().get(examineeId);
        const history = person.history(back.get(examineeId) ?? { backAfterMs: undefined, wasAway: true });
        return boardCount === undefined ? history : { ...history, boardCount };
      }),
      controls: proctors.flatMap((proctor) => proctor.controls()),
      exits,
    }),
    leave,
    async end() {
      await leave();
      await endRooms(admin, rehearsal);
    },
  };
}

async function everybodySeesTheStart(people: readonly Person[]): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (!people.every((person) => person.session().room().status === 'running')) {
    if (performance.now() > until) throw new Error('not everybody has seen the start');
    await sleep(50);
  }
}

/** Looks into the store for one of so many "saved", right when it is told, past every link. */
function lookInto({ database }: Hall, planId: string): (examineeId: string, saved: Saved) => void {
  const answers = database.collection<{ _id: string }>('answers');
  let count = 0;
  let looking = 0;
  return (examineeId, saved) => {
    count += 1;
    if (count % LOOK_EVERY !== 0 || looking >= LOOKS_AT_ONCE) return;
    looking += 1;
    answers
      .findOne({ _id: answerId(planId, examineeId, saved.item, saved.revision) }, { projection: { _id: 1 } })
      .then(
        (found) => {
          saved.isThere = found !== null;
        },
        () => undefined, // the store is away: what was told is looked for afterwards, as all is
      )
      .finally(() => {
        looking -= 1;
      });
  };
}
