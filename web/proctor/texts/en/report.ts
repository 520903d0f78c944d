// The printed report of a room, its history, held answers and the import of an examinee's file, in English.
import type { HeldState } from '../../../../schema/held-answers.ts';
import type { ChargeStepKind } from '../../../../schema/room-report.ts';

const steps: Readonly<Record<ChargeStepKind, string>> = {
  taken: 'took charge',
  lost: 'is no longer in charge',
  offered: 'offered the room',
  confirmed: 'took the room over',
  declined: 'declined',
  withdrawn: 'withdrew the offer',
};
export const report = {
  open: 'Report and history',
  title: (room: string) => `Report of ${room}`,
  back: 'Back to the board',
  print: 'Print',
  again: 'Read again',
  failed: 'The report could not be read. The exam is not touched by it.',
  asOf: (at: string) => `As of ${at}`,
  exam: 'Exam',
  room: 'Room',
  state: 'State',
  started: 'Started',
  ended: 'Ended',
  duration: 'Duration',
  people: (count: number) => `People (${count})`,
  seat: 'Seat',
  name: 'Name',
  code: 'Code',
  entered: 'Came',
  finished: 'Finished',
  extra: 'Extra time',
  lost: 'Connection lost',
  lostTimes: (count: number, length: string) => `${count} ×, ${length}`,
  saved: 'Saved',
  identity: 'Identity',
  planned: (length: string) => `${length} planned`,
  incidentTime: (length: string) => `${length} for what happened`,
  left: 'Moved to another room',
  proctors: 'Proctors',
  charge: 'In charge',
  steps,
  incidents: (count: number) => `Incidents (${count})`,
  commands: (count: number) => `Commands (${count})`,
  calls: (count: number) => `Raised hands (${count})`,
  outages: 'The server was away',
  when: 'When',
  who: 'Who',
  whom: 'For whom',
  what: 'What',
  why: 'Reason',
  result: 'Result',
  none: 'None.',
  signature: 'Signature',
};

const heldStates: Readonly<Record<HeldState, string>> = {
  held: 'not looked at yet',
  offered: 'the examinee has still to choose',
  applied: 'counts now',
  taken: 'taken by the examinee',
  dropped: 'dropped by the examinee',
  outdated: 'older than what is there',
  refused: 'fits no question',
};
const answers = (count: number) => (count === 1 ? '1 answer' : `${count} answers`);

export const held = {
  states: heldStates,
  open: 'Held answers',
  title: (room: string) => `Held answers: ${room}`,
  lead: 'Answers that a device brought after another device had gone on. How many and of which questions; never what they say.',
  none: 'No device has brought any.',
  failed: 'The held answers could not be read.',
  of: (count: number, undecided: number) =>
    `${answers(count)}, ${undecided === 0 ? 'all decided' : `${undecided} not decided yet`}`,
  question: (item: number) => `Question ${item}`,
  import: 'Bring an examinee’s file',
  importLead:
    'The sealed file that an examinee’s device saved as a last resort. Only the server can open it. It counts once: bringing it again changes nothing.',
  file: 'File, or all files of one person',
  bring: 'Bring it',
  bringing: 'Bringing it …',
  brought: (name: string, kept: number) => `Brought for ${name}: ${answers(kept)} stored.`,
  conflicts: (count: number) => `${answers(count)} stored before with another content: what was there stays.`,
  missing: (count: number) =>
    `${answers(count)} shown as saved on the device, and not in the store. Keep the file, and tell the administrator at once.`,
  sheetOver: 'The answer sheet has ended. What came counts only if this person is let back in.',
  refused: (why: string) => `The file was not taken: ${why}`,
  noFile: 'Choose the file first.',
  allParts: (name: string, of: number) => `All ${of} files of ${name} are there.`,
  partsMissing: (name: string, of: number, missing: readonly number[]) =>
    `Of the ${of} files of ${name} still missing: ${missing.map((one) => `file ${one}`).join(', ')}.`,
};
