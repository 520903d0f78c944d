// Incidents, raised hands, charge, lost minutes, held answers and keys, in English.
import type { IncidentKind, IncidentSource } from '../../../../schema/incidents.ts';
import type { LossEvidence } from '../../../../schema/losses.ts';
import type { CallState, IncidentState, ProctorState } from '../../../../schema/states.ts';
import type { ShortcutName } from '../../shortcuts/keys.ts';

const kinds: Readonly<Record<IncidentKind, string>> = {
  'focus-lost': 'Left the exam’s window',
  paste: 'Pasted text',
  'full-screen-left': 'Left the full screen',
  'second-screen': 'Second screen',
  'network-lost': 'Lost the network often',
  'clock-jump': 'Device’s clock jumped',
  'two-devices': 'Two devices at once',
  'impossible-speed': 'Answered impossibly fast',
  'late-answers': 'Answers after the end',
  conversation: 'Conversation',
  material: 'Material not allowed',
  identity: 'Identity in doubt',
  absence: 'Left the seat',
  camera: 'Seen by a camera',
  voice: 'Voice heard',
  other: 'Something else',
};
const states: Readonly<Record<IncidentState, string>> = {
  noted: 'noted',
  raised: 'new',
  acknowledged: 'being looked at',
  unfounded: 'unfounded',
  confirmed: 'confirmed',
};
const sources: Readonly<Record<IncidentSource, string>> = {
  examinee: 'reported by the examinee’s page',
  rule: 'noticed by the server',
  proctor: 'raised by a proctor',
  admin: 'raised by an administrator',
  service: 'raised by a machine',
};

export const incidents = {
  kinds,
  states,
  sources,
  title: 'Incidents',
  none: 'No incident is open.',
  decided: (count: number) => `Decided (${count})`,
  severity: 'Severity',
  severities: { low: 'low', medium: 'medium', high: 'high' },
  times: (count: number) => (count === 1 ? 'once' : `${count} times`),
  last: (age: string) => `last ${age} ago`,
  ofRoom: 'the room',
  evidence: 'Evidence',
  lasted: 'Lasted',
  noEvidence: 'Nothing more was noted.',
  handled: (state: string, at: string) => `${state} at ${at}`,
  acknowledge: 'I look at it',
  decide: 'Decide',
  confirm: 'Confirmed',
  unfounded: 'Unfounded',
  note: 'Note',
  noteHint: 'What you saw. It is kept with the incident.',
  noteMissing: 'Write what you saw.',
  action: 'Command that was given for it',
  noAction: 'none',
  raise: 'Raise an incident',
  raiseFor: (whom: string) => `Raise an incident: ${whom}`,
  kind: 'What it is',
  sent: 'It is being sent. It goes on by itself when your connection is back.',
  ledBy: 'evidence, never a verdict',
};

const callStates: Readonly<Record<CallState, string>> = {
  open: 'is up',
  answered: 'answered',
  closed: 'closed',
  withdrawn: 'taken down',
};
export const calls = {
  states: callStates,
  title: 'Raised hands',
  noQuestion: 'Raised the hand without a question.',
  answer: 'Answer',
  answerTo: (name: string) => `Answer to ${name}`,
  send: 'Send the answer',
  coming: 'I am coming to you.',
  close: 'Close without an answer',
  missing: 'Write the answer.',
  since: (age: string) => `for ${age}`,
};

const presence: Readonly<Record<ProctorState, string>> = { assigned: 'not here yet', present: 'here', away: 'away' };
export const charge = {
  presence,
  title: 'Proctors',
  inCharge: (name: string) => `In charge: ${name}`,
  nobody: 'Nobody is in charge',
  you: 'you',
  watching: (name: string) => `looks at ${name}`,
  handOver: 'Hand over',
  handOverOf: (room: string) => `Hand over ${room}`,
  to: 'To',
  nobodyElse: 'No other proctor has this room.',
  note: 'Note for them',
  offer: 'Offer the handover',
  explain: 'You stay in charge until the other proctor has confirmed it.',
  offered: (from: string, room: string) => `${from} hands ${room} over to you.`,
  waiting: (to: string) => `The handover waits for ${to}.`,
  accept: 'Take charge',
  decline: 'Decline',
  withdraw: 'Withdraw',
  refused: (why: string) => `Not handed over: ${why}`,
};

const evidence: Readonly<Record<LossEvidence, string>> = {
  'link.lost': 'connection lost',
  'room.unserved': 'the server was away',
};
export const losses = {
  evidence,
  open: 'Lost minutes',
  title: (room: string) => `Lost minutes: ${room}`,
  lead: 'Time that people could not work in, by what was recorded. Nothing is given by itself.',
  none: 'Nobody has lost time that was not given back.',
  proposal: (length: string) => `${length} lost`,
  stretch: (from: string, to: string) => `${from} to ${to}`,
  everybody: 'Everybody in the room',
  grant: (length: string) => `Give ${length} back`,
  grantAll: 'Give all of it back',
  granted: 'Ordered',
  reason: (why: string, stretch: string) => `${why}, ${stretch}`,
  failed: 'The lost minutes could not be read.',
};

const keyNames: Readonly<Record<ShortcutName, string>> = {
  next: 'Next who needs somebody',
  previous: 'The one before',
  act: 'Act: go to what this person needs',
  take: 'Take this person, or give back',
  search: 'Go to the search',
  view: 'List or seats',
  close: 'Close the person’s panel',
};
export const keys = {
  names: keyNames,
  title: 'Keys',
  lead: 'Single keys that work while you do not type. You can change them or switch them off.',
  on: 'Use these keys',
  key: (name: string) => `Key for: ${name}`,
  taken: 'This key is used for something else, or is no single letter or digit.',
  reset: 'As they were',
  none: 'Nobody needs somebody now.',
};
