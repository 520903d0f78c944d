// What must hold after every schedule, judged from the outside: what people gave and were told, against what lies in the
// store. Pure, and linear in what there is: values are unique, so no search is needed. It knows nothing of how the system
// works, and takes nothing from it but the shape of revisions and the hash of a content. Called by run.ts.
import { contentHash } from '../exam/content-hash.ts';
import { isOfRoom } from '../exam/revision.ts';
import type { ControlHistory, History, LiveView, PersonHistory, Stored, StoredAnswer, StoredRoom } from './history.ts';

/** The columns of the report. All of them have to be 0. */
export const COLUMNS = [
  'lost',
  'altered',
  'foreign',
  'stale',
  'falseSaved',
  'wrongTime',
  'leaked',
  'wrongControls',
  'lockedOut',
  'unexpectedExits',
] as const;
export type Column = (typeof COLUMNS)[number];

export type Violation = {
  readonly invariant: string;
  readonly column: Column;
  readonly who: string;
  readonly what: string;
};
export type Verdict = { readonly violations: readonly Violation[]; readonly timeErrorMaxMs: number };

/** A remaining time that is off by more is wrong. */
export const TIME_TOLERANCE_MS = 1_000;
/** A proctor hears something of a control within this: five seconds, and what a busy machine adds. */
const CONTROL_ANSWER_MS = 6_500;
const ENDED = ['submitted', 'settled', 'scored'];

/** Judges everything. */
export function judge(history: History, stored: Stored): Verdict {
  const violations: Violation[] = [];
  const answers = Map.groupBy(stored.answers, ({ examineeId }) => examineeId);
  const rooms = new Map(stored.rooms.map((room) => [room.roomId, room]));
  const known = new Set(history.people.map(({ examineeId }) => examineeId));
  for (const { examineeId, item, revision } of stored.answers)
    if (!known.has(examineeId))
      violations.push(of('I2', 'foreign', examineeId, `${item}.${revision} is of nobody here`));
  const live = new Map(stored.live.map((view) => [view.examineeId, view]));
  let timeErrorMaxMs = 0;
  for (const person of history.people) {
    const own = answers.get(person.examineeId) ?? [];
    const view = live.get(person.examineeId);
    const isOnline = person.submitted === undefined && person.shown.link === 'online';
    if (view !== undefined) violations.push(...judgeLive({ ...person, isOnline }, view, own));
    violations.push(...judgeAnswers(person, own), ...judgeReads(person), ...judgeShown(person, own));
    violations.push(...judgeEnd(person, own, stored), ...judgeBytes(person), ...judgeBoard(person, own));
    const room = rooms.get(person.roomId);
    const errorMs = room === undefined ? Number.POSITIVE_INFINITY : timeErrorOf(person, room, history);
    timeErrorMaxMs = Math.max(timeErrorMaxMs, errorMs);
    if (errorMs > TIME_TOLERANCE_MS)
      violations.push(of('I4', 'wrongTime', person.examineeId, `what is left is off by ${Math.round(errorMs)} ms`));
    if (person.backAfterMs === undefined)
      violations.push(
        of('I8', 'lockedOut', person.examineeId, `${person.shown.link}, ${person.shown.unsaved} unsaved`),
      );
  }
  violations.push(...judgeControls(history, stored));
  for (const person of history.people)
    for (const { controlId, action } of unheard({ ...person, heard: new Set(person.heard) }, history.controls))
      violations.push(of('I7', 'wrongControls', controlId, `${action} was never told to ${person.examineeId}`));
  for (const { name } of history.exits)
    violations.push(of('I9', 'unexpectedExits', name, 'ended though nobody ended it'));
  return { violations, timeErrorMaxMs };
}

function of(invariant: string, column: Column, who: string, what: string): Violation {
  return { invariant, column, who, what };
}

const nameOf = ({ item, revision }: { readonly item: number; readonly revision: number }) => `${item}.${revision}`;

/** I1, I2, I11: all that was called saved is there as it was given, and all that is there was given by this person. */
function judgeAnswers(
  { examineeId, given, saved, believed }: PersonHistory,
  stored: readonly StoredAnswer[],
): Violation[] {
  const found: Violation[] = [];
  const there = new Set(stored.map(nameOf));
  const own = new Map(given.map((one) => [nameOf(one), one]));
  const values = new Set(given.map(({ item, response }) => `${item} ${contentHash(response)}`));
  for (const told of saved) {
    const name = nameOf(told);
    if (!there.has(name)) found.push(of('I1', 'lost', examineeId, `${name} was called saved and is not there`));
    if (!own.has(name)) found.push(of('I2', 'foreign', examineeId, `${name} was called saved and never given`));
    if (told.isThere === false) found.push(of('I11', 'falseSaved', examineeId, `${name} was called saved too early`));
  }
  for (const name of believed)
    found.push(of('I2', 'altered', examineeId, `${name} was called saved with another content than it has`));
  for (const one of stored) {
    const name = nameOf(one);
    const mine = own.get(name);
    const isSame = one.isPruned || contentHash(one.response) === one.hash;
    if (!isSame) found.push(of('I2', 'altered', examineeId, `${name} is not what its hash says`));
    if (isOfRoom(one.revision)) {
      if (!values.has(`${one.item} ${one.hash}`))
        found.push(of('I2', 'foreign', examineeId, `${name} was never given`));
    } else if (mine === undefined) found.push(of('I2', 'foreign', examineeId, `${name} was never given`));
    else if (contentHash(mine.response) !== one.hash) found.push(of('I2', 'altered', examineeId, `${name} is another`));
  }
  return found;
}

/** I3: whatever is shown after an acknowledgement has it, or something newer. */
function judgeReads({ examineeId, saved, reads }: PersonHistory): Violation[] {
  const found: Violation[] = [];
  for (const { askedAt, answers } of reads) {
    const shown = new Map(answers.map(({ item, revision }) => [item, revision]));
    for (const [item, revision] of highest(saved.filter(({ at }) => at < askedAt)))
      if ((shown.get(item) ?? 0) < revision)
        found.push(
          of('I3', 'stale', examineeId, `${item}.${revision} was saved, and ${shown.get(item) ?? 'nothing'} was shown`),
        );
  }
  return found;
}

/** How many items of each examinee are in the store. */
export function itemCounts({ answers }: Pick<Stored, 'answers'>): ReadonlyMap<string, number> {
  const items = Map.groupBy(answers, ({ examineeId }) => examineeId);
  return new Map([...items].map(([examineeId, own]) => [examineeId, new Set(own.map(({ item }) => item)).size]));
}

/** I10: the proctor's board shows as many items as saved as the store has. */
function judgeBoard({ examineeId, boardCount }: PersonHistory, stored: readonly StoredAnswer[]): Violation[] {
  const count = new Set(stored.map(({ item }) => item)).size;
  if (boardCount === undefined || boardCount === count) return [];
  return [of('I10', 'stale', examineeId, `the board shows ${boardCount} items as saved, and ${count} are there`)];
}

/** I10: what is shown live of this person, to whoever watches, is what the store has. */
export function judgeLive(
  { examineeId, isOnline }: { readonly examineeId: string; readonly isOnline: boolean },
  { row, display, sheet }: LiveView,
  stored: readonly Pick<StoredAnswer, 'item' | 'revision'>[],
): Violation[] {
  const found: Violation[] = [];
  const current = highest(stored);
  for (const [where, { link, savedCount }] of Object.entries({ 'the live row': row, 'the display': display })) {
    if (isOnline && link !== 'online')
      found.push(of('I10', 'stale', examineeId, `is online, and ${where} says ${link}`));
    if (savedCount !== current.size)
      found.push(of('I10', 'stale', examineeId, `${where} shows ${savedCount} items, and ${current.size} are there`));
  }
  const live = new Map(sheet);
  for (const [item, revision] of current)
    if (live.size > 0 && live.get(item) !== revision)
      found.push(
        of('I10', 'stale', examineeId, `${item}.${revision} is there, and live ${live.get(item) ?? 'nothing'}`),
      );
  return found;
}

/** I10, I11: what the programme shows when all is quiet is what the store has. */
function judgeShown({ examineeId, shown }: PersonHistory, stored: readonly StoredAnswer[]): Violation[] {
  const found: Violation[] = [];
  const current = highest(stored);
  const seen = new Map(shown.answers.map((answer) => [answer.item, answer]));
  for (const { item, revision, state } of shown.answers)
    if (state === 'saved' && (current.get(item) ?? 0) < revision)
      found.push(of('I11', 'falseSaved', examineeId, `${item}.${revision} is shown as saved and is not there`));
  if (shown.link !== 'online' || shown.unsaved > 0) return found;
  for (const [item, revision] of current)
    if ((seen.get(item)?.revision ?? 0) < revision)
      found.push(
        of(
          'I10',
          'stale',
          examineeId,
          `${item}.${revision} is there, and ${seen.get(item)?.revision ?? 'nothing'} is shown`,
        ),
      );
  return found;
}

/** What was told as submitted is the sheet's end, with everything that was saved; and no sheet ends by itself. */
function judgeEnd(person: PersonHistory, stored: readonly StoredAnswer[], { sheets }: Stored): Violation[] {
  const { examineeId, submitted, saved } = person;
  const sheet = sheets.find((one) => one.examineeId === examineeId);
  if (sheet === undefined) return [of('I2', 'lost', examineeId, 'there is no sheet')];
  if (submitted === undefined)
    return sheet.state === 'timed-out'
      ? [of('I4', 'wrongTime', examineeId, 'the sheet was ended before its time')]
      : [];
  const found: Violation[] = [];
  const there = new Set(stored.map(nameOf));
  const vector = new Map(sheet.vector ?? []);
  if (!ENDED.includes(sheet.state))
    found.push(of('I11', 'falseSaved', examineeId, `told as submitted, and is ${sheet.state}`));
  for (const [item, revision] of submitted.revisions)
    if (vector.get(item) !== revision)
      found.push(of('I11', 'altered', examineeId, `${item}.${revision} was told to count`));
  for (const [item, revision] of vector)
    if (!there.has(`${item}.${revision}`))
      found.push(of('I1', 'lost', examineeId, `${item}.${revision} counts and is not there`));
  for (const [item, revision] of highest(saved))
    if ((vector.get(item) ?? 0) < revision)
      found.push(of('I1', 'lost', examineeId, `${item}.${revision} was saved and does not count`));
  return found;
}

/** I5, I6: nothing of others, and no question before its time. */
function judgeBytes({ examineeId, foreignBytes, earlyBytes }: PersonHistory): Violation[] {
  return [
    ...(foreignBytes > 0
      ? [of('I5', 'leaked', examineeId, `was sent something of somebody else, ${foreignBytes} times`)]
      : []),
    ...(earlyBytes > 0
      ? [of('I6', 'leaked', examineeId, `was sent a question before the start, ${earlyBytes} times`)]
      : []),
  ];
}

function highest(answers: readonly { readonly item: number; readonly revision: number }[]): Map<number, number> {
  const top = new Map<number, number>();
  for (const { item, revision } of answers) if (revision > (top.get(item) ?? 0)) top.set(item, revision);
  return top;
}

/**
 * I4: by how much what this person's programme shows as left is off what follows from what proctors did. Each extension
 * that was applied counts once, each stretch of a pause once, whoever else has paused meanwhile.
 */
function timeErrorOf(person: PersonHistory, room: StoredRoom, { durationMs, controls }: History): number {
  const { examineeId, shown, submitted } = person;
  if (submitted !== undefined) return 0;
  const concerns = ({ examineeIds }: { readonly examineeIds: readonly string[] | null }) =>
    examineeIds === null || examineeIds.includes(examineeId);
  const added = controls
    .filter(({ action, told, roomId }) => action === 'extend' && told === 'applied' && roomId === person.roomId)
    .filter(concerns)
    .reduce((sum, { extraMs }) => sum + extraMs, 0);
  const stood = stoodFor(room.holds.filter(concerns), shown.at);
  const leftMs = Math.max(0, room.startsAt + durationMs + added + stood - shown.at);
  return Math.abs(shown.remainingMs - leftMs);
}

/** How long at least one of these stretches lasted, up to `now`, in ms. */
function stoodFor(holds: readonly { readonly from: number; readonly to: number }[], now: number): number {
  const edges = holds
    .flatMap(({ from, to }) => [[from, 1] as const, [to === 0 ? now : Math.min(to, now), -1] as const])
    .sort(([one, up], [other, down]) => one - other || down - up);
  let open = 0;
  let since = 0;
  let sum = 0;
  for (const [at, step] of edges) {
    if (open === 0) since = at;
    open += step;
    if (open === 0) sum += at - since;
  }
  return sum;
}

type Listener = Pick<PersonHistory, 'examineeId' | 'roomId' | 'submitted'> & { readonly heard: ReadonlySet<string> };

/** What was applied for this person by name and never told to any programme of this person, who is not through. */
export function unheard(
  { examineeId, roomId, submitted, heard }: Listener,
  controls: History['controls'],
): ControlHistory[] {
  if (submitted !== undefined) return [];
  return controls.filter(
    ({ controlId, action, told, examineeIds, roomId: of }) =>
      (action === 'notice' || action === 'extend') &&
      told === 'applied' &&
      of === roomId &&
      examineeIds?.includes(examineeId) === true &&
      !heard.has(controlId),
  );
}

/** I7: a control has one end, which its proctor is told, and does what it says once. */
function judgeControls({ controls }: History, { receipts, rooms }: Stored): Violation[] {
  const found: Violation[] = [];
  const stored = new Map(receipts.map((receipt) => [`${receipt.controlId} ${receipt.roomId}`, receipt.state]));
  for (const control of controls) {
    const { controlId, roomId, action, told, issuedAt, answeredAt } = control;
    const state = stored.get(`${controlId} ${roomId}`);
    const say = (what: string) => found.push(of('I7', 'wrongControls', controlId, `${action} ${what}`));
    if (told === 'silent' || told === 'pending') say(`has no end: ${told}, stored as ${state}`);
    else if (told === 'applied' && state !== 'applied') say(`was told as applied and is ${state}`);
    else if (told === 'failed' && state === 'applied') say('was told as failed and is applied');
    if (answeredAt === undefined || answeredAt - issuedAt > CONTROL_ANSWER_MS) say('was silent for too long');
  }
  for (const room of rooms) found.push(...judgeEffects(room, controls));
  return found;
}

function judgeEffects({ roomId, adjustments, holds }: StoredRoom, controls: History['controls']): Violation[] {
  const found: Violation[] = [];
  const applied = controls.filter((control) => control.roomId === roomId && control.told === 'applied');
  for (const { controlId } of applied.filter(({ action }) => action === 'extend')) {
    const times = adjustments.filter((one) => one.controlId === controlId).length;
    if (times !== 1) found.push(of('I7', 'wrongControls', controlId, `has given its time ${times} times`));
  }
  const pauses = applied.filter(({ action }) => action === 'pause').length;
  if (pauses !== holds.length)
    found.push(of('I7', 'wrongControls', roomId, `${pauses} pauses have made ${holds.length} stretches`));
  return found;
}
