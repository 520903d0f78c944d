// Faults of a product that the simulated shell can be given, one at a time: the simulation is only worth something if it
// finds each of them. Called by the shell, and by the test of the detectors.

export const FLAWS = [
  'answers are told saved before the store has them',
  'a repeat counts as saved whatever it says',
  'the lower revision wins',
  'an enter raises no fence',
  'an older session goes on',
  'an old owner goes on writing',
  'an old owner ends sheets',
  'a control is applied again with each try',
  'a control whose storing was not heard of is decided anew',
  'a rebuild forgets holds',
  'a rebuild forgets the ledger',
  'a rebuild forgets what a control began about people',
  'holds are added up',
  'a deadline follows the wall clock',
  'nobody looks for controls before the end',
  'no grace',
  'the grace takes everything',
  'a submit does not wait for the store',
  'nothing is written through',
  'a resend is dropped',
  'another one is told',
  'told counts as delivered',
  'a confirmation is told before it is stored',
  'a device forgets its outbox',
] as const;
export type Flaw = (typeof FLAWS)[number];

/** What makes a rare moment likely, for a flaw that shows in no other. */
export const AIMS = ['altered contents', 'sleep amid an end', 'lost replies', 'hasty submits'] as const;
export type Aim = (typeof AIMS)[number];

export const AIMED: Readonly<Partial<Record<Flaw, Aim>>> = {
  'a repeat counts as saved whatever it says': 'altered contents',
  'an old owner ends sheets': 'sleep amid an end',
  'a control whose storing was not heard of is decided anew': 'lost replies',
  'a submit does not wait for the store': 'hasty submits',
};
