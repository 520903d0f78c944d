// Who may look into the demo: seats beside the simulated examinees for people who want to sit the exam themselves, and a
// proctor's account of all rooms. Called by loadtest/demo.ts.
import { newCode, newId } from '../../schema/ids.ts';
import type { Administrator } from '../administrator.ts';
import type { Rehearsal, RehearsalRoom } from '../rehearsal.ts';

const GUESTS = ['Guest 1', 'Guest 2', 'Guest 3'];
const CODE_HALF = 5;

/** The same rooms, with the guests in the first one. */
export function withGuests([first, ...others]: readonly RehearsalRoom[]): RehearsalRoom[] {
  if (first === undefined) return [];
  return [{ ...first, examinees: [...first.examinees, ...GUESTS.map((label) => ({ label }))] }, ...others];
}

/** What a person needs to look on and to take part: addresses, codes, and an account that was made for this. */
export async function guestLines(admin: Administrator, { planId, rooms, roster }: Rehearsal): Promise<string[]> {
  const login = `guest-${newCode().slice(0, CODE_HALF).toLowerCase()}`;
  const password = newId();
  const roomIds = rooms.map(({ roomId }) => roomId);
  await admin.addProctor(planId, { label: 'Guest proctor', roomIds, login, password });
  const codes = GUESTS.map((label) => roster.find((entry) => entry.label === label)?.code ?? '');
  const [first = ''] = codes;
  const read = codes.map((code) => `${code.slice(0, CODE_HALF)}-${code.slice(CODE_HALF)}`);
  return [
    `sit the exam yourself:        ${admin.url}/exam#code=${first}`,
    `  or with one of these codes:  ${read.join('  ')}`,
    `watch it as a proctor:        ${admin.url}/proctor`,
    `  login ${login}, password ${password}`,
  ];
}
