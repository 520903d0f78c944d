// What was said to the person here, to be read again after a reload: the server says each thing once. As long as this tab lives.
import type { Message } from '../notices/messages.ts';
import { forget, keep, readKept } from './kept.ts';

/** `done`: the ids of what was closed or confirmed. */
export type Heard = { readonly controls: readonly Message[]; readonly done: readonly string[] };

const tab = () => sessionStorage;
const nameOf = (examineeId: string) => `examhall.heard.${examineeId}`;

export function readHeard(examineeId: string): Heard {
  return heardOf(readKept(nameOf(examineeId), tab));
}

export function keepHeard(examineeId: string, heard: Heard): void {
  keep(nameOf(examineeId), heard, tab);
}

export function forgetHeard(examineeId: string): void {
  forget(nameOf(examineeId), tab);
}

/** What was kept, as far as it is known here. */
export function heardOf(kept: unknown): Heard {
  const { controls, done } = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>;
  return {
    controls: Array.isArray(controls) ? controls.filter(isMessage) : [],
    done: Array.isArray(done) ? done.filter((one) => typeof one === 'string') : [],
  };
}

function isMessage(given: unknown): given is Message {
  if (typeof given !== 'object' || given === null) return false;
  const { controlId, action, heardAt } = given as Record<string, unknown>;
  return typeof controlId === 'string' && typeof action === 'string' && typeof heardAt === 'number';
}
