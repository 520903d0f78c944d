// Accounts of people who work here: made once, with a login that no admin and no proctor has. Called by routes/.
import type { Actor } from '../exam/audit-facts.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { ApiParts } from './parts.ts';

type Parts = Pick<ApiParts, 'store' | 'passwords'>;
type Login = { readonly login: string; readonly password: string };

/** Makes the admin, or finds the one that an earlier request of this id made; without an actor it is the admin's own doing. Refuses NAME_TAKEN and BUSY. */
export async function createAdmin(
  { store, passwords }: Parts,
  adminId: string,
  { login, password }: Login,
  now: number,
  actor: Actor = { actorId: adminId, actorRole: 'admin' },
): Promise<{ adminId: string; login: string } | Refusal> {
  if ((await store.proctors.byLogin(login)) !== null) return refuse('NAME_TAKEN');
  const passwordHash = await passwords.hashOf(password);
  if (isRefusal(passwordHash)) return passwordHash;
  await store.admins.create({ _id: adminId, login, passwordHash, createdAt: new Date(now) }, actor);
  const stored = await store.admins.get(adminId);
  return { adminId, login: stored?.login ?? login };
}
