// Bearer token → subject. An examinee's token is signed and read without the store; a staff token is looked up by its
// hash, so that a logout holds when it is answered (believed-sessions.ts), and so do a proctor's rooms. Says who it is, never
// what he may do (access.ts). Called once a request.

import type { Actor } from '../exam/audit-facts.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Role } from '../schema/states.ts';
import type { ApiParts } from './parts.ts';
import { hashOfToken } from './tokens.ts';

export type Subject =
  | { readonly role: 'admin'; readonly subjectId: string; readonly tokenHash: string }
  | {
      readonly role: 'service';
      readonly subjectId: string;
      readonly tokenHash: string;
      /** The actions that its token may; undefined for all of its role. */
      readonly scopes: readonly string[] | undefined;
    }
  | {
      readonly role: 'proctor';
      readonly subjectId: string;
      readonly planId: string;
      /** All of the plan's for a chief. */
      readonly roomIds: readonly string[];
      readonly chief: boolean;
      readonly tokenHash: string;
    }
  | {
      readonly role: 'examinee';
      readonly subjectId: string;
      readonly planId: string;
      readonly roomId: string;
      /** Of the session that the token is of; a later one may have followed. */
      readonly fence: number;
    };

const BEARER = /^Bearer ([0-9A-Za-z._-]{20,600})$/i;

/** The subject of this Authorization header, or LOGIN_REQUIRED. One that was renewed is good for asking for that again alone. `now` in epoch ms. */
export async function whoIsIt(
  parts: Pick<ApiParts, 'store' | 'tokens' | 'staffNow'>,
  header: string | undefined,
  now: number,
  isRefreshing = false,
): Promise<Subject | Refusal> {
  const token = BEARER.exec(header ?? '')?.[1];
  if (token === undefined) return refuse('LOGIN_REQUIRED');
  const examinee = parts.tokens.examineeOf(token, now);
  if (examinee !== undefined) {
    const { examineeId, planId, roomId, fence } = examinee;
    return { role: 'examinee', subjectId: examineeId, planId, roomId, fence };
  }
  const tokenHash = hashOfToken(token);
  const staff = isRefreshing ? staffOf(parts, tokenHash, now, isRefreshing) : parts.staffNow.get(tokenHash);
  return (await staff) ?? refuse('LOGIN_REQUIRED');
}

/** Who has this session now, with what is assigned at this moment; undefined where it has ended. */
export async function staffOf(
  { store }: Pick<ApiParts, 'store'>,
  tokenHash: string,
  now: number,
  isRefreshing = false,
): Promise<Subject | undefined> {
  const session = await store.sessions.get(tokenHash, now);
  if (session === null || session.kind !== 'session' || session.expiresAt <= now) return undefined;
  if (session.refreshedAt !== undefined && !isRefreshing) return undefined;
  const { subjectId, scopes } = session;
  const role: Role = session.role;
  switch (role) {
    case 'admin':
      return { role, subjectId, tokenHash };
    case 'service':
      return { role, subjectId, tokenHash, scopes };
    case 'proctor':
      return proctorOf(store, subjectId, tokenHash);
    case 'examinee':
      return undefined;
  }
}

async function proctorOf(store: ApiParts['store'], subjectId: string, tokenHash: string): Promise<Subject | undefined> {
  const proctor = await store.proctors.get(subjectId);
  if (proctor === null) return undefined;
  const { planId, chief = false } = proctor;
  const roomIds = chief ? await store.rooms.idsOf(planId) : proctor.roomIds;
  return { role: 'proctor', subjectId, planId, roomIds, chief, tokenHash };
}

/** Who it is in the audit chain. */
export function actorOf({ subjectId: actorId, role: actorRole }: Subject): Actor {
  return { actorId, actorRole };
}
