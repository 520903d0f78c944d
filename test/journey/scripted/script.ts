// The script of the scripted exam, in its order, and what of the system's own tables it has to contain: every control,
// every kind of incident, every refusal, but for those that are named here with the reason.
import { CONTROL_ACTIONS } from '../../../schema/controls.ts';
import { INCIDENT_KINDS } from '../../../schema/incidents.ts';
import { REFUSALS, type RefusalCode } from '../../../schema/refusals.ts';
import { BEFORE } from './before.ts';
import { CALLS } from './calls.ts';
import { DOORS } from './doors.ts';
import { END } from './end.ts';
import { INCIDENTS } from './incidents.ts';
import { PEOPLE } from './people.ts';
import { REQUESTS } from './requests.ts';
import { kindsOf, refusalsOf, type Step, titleOf } from './steps.ts';
import { TIME } from './time.ts';

export const SCRIPT: readonly Step[] = [
  ...BEFORE,
  ...TIME,
  ...DOORS,
  ...PEOPLE,
  ...CALLS,
  ...INCIDENTS,
  ...REQUESTS,
  ...END,
];

/** Of what happens between start and end, what the shorter form has. */
const SHORT: readonly string[] = [
  'everybody answers',
  'ahn@red orders the pause of red',
  'bae@red orders the end of the pause of red',
  'red 8 submits, and thinks better of an answer',
  'ahn@red raises they talk',
];
export const CORE: readonly Step[] = [...BEFORE, ...SCRIPT.filter((step) => SHORT.includes(titleOf(step))), ...END];

/** Refusals that no programme of ours provokes over REST or the client, each with the reason and where it is tested. */
export const NOT_TO_BE_PROVOKED: { readonly [C in RefusalCode]?: string } = {
  STORE_AWAY: 'the store is away: test/fault/store-away, test/api/problems',
  INTERNAL: 'a fault of ours: test/api/problems',
  MESSAGE_UNKNOWN: 'the client says nothing that rooms do not know: test/rooms/hostile',
  ROOM_ELSEWHERE: 'a process has to die: test/api/enter',
  CONTROL_EXPIRED: 'it takes ten minutes: test/rooms/controls',
  EXAMINEE_NOT_ENTERED: 'entering gives the token that it takes to ask: test/api/sealed-papers',
  SESSION_LIVE: 'a device that was not fenced holds nothing back: test/api/held-answers',
  ITEM_CLOSED: 'the plan is free: test/rooms/navigation',
  ROOM_OTHER: 'these devices do not know where they stand: test/api/enter',
  EXPORT_ELSEWHERE: 'nobody is left with a file: test/api/imports',
  EXPORT_KEY_UNKNOWN: 'there is one key: test/api/imports',
  EXPORT_ALTERED: 'a file is as its device made it: test/api/imports',
  INCIDENT_REUSED: 'each report has an id of its own',
  KEY_REUSED: 'a new key goes with each request here: test/api/idempotency',
  ANSWER_CONFLICT: 'the client gives no revision twice: test/rooms/answers',
  ANSWER_REFUSED: 'the store takes what rooms take: test/rooms/poison',
  REVISION_INVALID: 'the client counts right: test/rooms/hostile',
  SHEET_SUBMITTING: 'the store is quicker than a key: test/rooms/answers',
  UPLOAD_UNKNOWN: 'files: test/api/uploads',
  UPLOAD_OFFSET: 'files: test/api/uploads',
  UPLOAD_UNFINISHED: 'files: test/api/uploads',
  UPLOAD_TOO_LONG: 'files: test/api/uploads',
  UPLOAD_PACKED: 'files: test/api/uploads',
  UPLOAD_HASH: 'files: test/api/uploads',
  UPLOAD_TYPE: 'files: test/api/answer-files',
  UPLOAD_IN_USE: 'files: test/api/answer-files',
  UPLOAD_UNCHECKED: 'files: test/api/upload-checks',
  UPLOAD_REFUSED: 'files: test/api/upload-checks',
  FILE_QUOTA: 'files: test/api/uploads',
  EXPORT_UNKNOWN: 'kept exports: test/api/kept-exports',
  RATE_EXCEEDED: 'counts of a minute: test/api/rate-limits',
  SESSION_ONGOING: 'nobody writes in for a person: test/api/registering, test/rooms/registered-answers',
  SHEET_SETTLED: 'nobody writes in for a person: test/api/registering',
  KEY_UNKNOWN: 'the office: test/api/office-edits',
  ROSTER_INVALID: 'the roster is written, not brought: test/api/roster-imports',
  IMPORT_UNKNOWN: 'the roster is written, not brought: test/api/roster-imports',
  ADMIN_UNKNOWN: 'the office is played by test/api/office',
  SERVICE_UNKNOWN: 'the office: test/api/office',
  VERSION_CHANGED: 'the office: test/api/office',
  IF_MATCH_MISSING: 'the office: test/api/office',
  PAPER_IN_USE: 'the office: test/api/office',
  ROOM_IN_USE: 'the office: test/api/office',
  PROCTOR_IN_CHARGE: 'the office: test/api/office',
  ADMIN_LAST: 'the office: test/api/office',
  FILE_ALTERED: 'nobody alters a file: test/api/exports',
  ITEMS_UNMARKED: 'its key leaves nothing to people: test/api/results',
  MARK_CHANGED: 'nobody marks here: test/api/results',
  SUBMIT_INCOMPLETE: 'the client submits what is saved: test/rooms/hostile',
};

/** Which controls, kinds of incidents and refusals these steps say that there will be. */
export function saidIn(script: readonly Step[]) {
  const actions = script.flatMap((step) =>
    step.does === 'order' && step.refused === undefined ? [step.says.action] : [],
  );
  return {
    actions: new Set(actions),
    kinds: new Set(script.flatMap(kindsOf)),
    refusals: new Set(script.flatMap(refusalsOf)),
  };
}

/** What the tables have and the script has not. */
export function missingIn(script: readonly Step[]) {
  const { actions, kinds, refusals } = saidIn(script);
  return {
    actions: CONTROL_ACTIONS.filter((action) => !actions.has(action)),
    kinds: INCIDENT_KINDS.filter((kind) => !kinds.has(kind)),
    refusals: (Object.keys(REFUSALS) as RefusalCode[]).filter(
      (code) => !refusals.has(code) && NOT_TO_BE_PROVOKED[code] === undefined,
    ),
    /** Named as not to be provoked, and provoked all the same. */
    provoked: [...refusals].filter((code) => NOT_TO_BE_PROVOKED[code] !== undefined),
  };
}
