// another password of who asks: an admin or a proctor who knows the present one. A token alone is not enough, so that whoever
// found one cannot keep the account. All other sessions end with it. Never says or notes anything of either password.
import { type StaffMembers, staffEditFacts } from '../../exam/audit-writes.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { NoParams, NoQuery, OwnPasswordBody } from '../../schema/requests.ts';
import { LIST } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { actorOf, type Subject } from '../who-is-it.ts';

const WRONG = 'The present password is another one.';
const REASON = 'own wish';

export function ownPasswordRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/me/password',
      tag: 'sessions',
      summary: 'Another password of who asks and knows the present one; all other sessions end.',
      access: 'password.change',
      params: NoParams,
      query: NoQuery,
      body: OwnPasswordBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'once',
      refusals: ['LOGIN_REFUSED', 'TOO_MANY_TRIES', 'BUSY'],
      target: () => LIST,
      async handle({ subject, body: { current, password }, now: at }) {
        if (subject.role !== 'admin' && subject.role !== 'proctor') return refuse('PERMISSION_DENIED');
        const account = await provenAccount(parts, subject, current);
        if (isRefusal(account)) return account;
        const passwordHash = await parts.passwords.hashOf(password);
        if (isRefusal(passwordHash)) return passwordHash;
        // Somebody else has changed the account between the look and the change.
        if (!(await account.set({ passwordHash }, at))) return refuse('BUSY', undefined, 1_000);
        return parts.store.sessions.removeOthersOf(subject.subjectId, subject.role, subject.tokenHash);
      },
    }),
  ];
}

type Staff = Extract<Subject, { readonly role: 'admin' | 'proctor' }>;
/** Resolves with whether the account was still as it was found. */
type Account = { set(after: StaffMembers, at: number): Promise<boolean> };

/** Guesses are counted for the person, wherever they come from: who has the token can come from anywhere. */
async function provenAccount(parts: ApiParts, subject: Staff, current: string): Promise<Account | Refusal> {
  const { tries, passwords } = parts;
  const tooMany = tries.check('password', '', [subject.subjectId]);
  if (tooMany) return tooMany;
  const found = await accountOf(parts, subject);
  const fits = await passwords.fits(current, found?.passwordHash);
  if (isRefusal(fits)) return fits;
  if (fits && found !== null) return found;
  return (await tries.wrong('password', '', [subject.subjectId])) ?? refuse('LOGIN_REFUSED', WRONG);
}

async function accountOf(parts: ApiParts, subject: Staff): Promise<(Account & { passwordHash: string }) | null> {
  const { store } = parts;
  const { subjectId } = subject;
  const writer = (at: number) => ({ actor: actorOf(subject), at });
  if (subject.role === 'admin') {
    const admin = await store.admins.get(subjectId);
    if (admin === null) return null;
    const { passwordHash } = admin;
    return {
      passwordHash,
      set: async (after, at) => {
        const facts = staffEditFacts('admin.changed', { before: {}, after }, subjectId, writer(at), REASON);
        return (await store.admins.edit(admin, after, facts)) !== null;
      },
    };
  }
  const proctor = await store.proctors.get(subjectId);
  if (proctor === null) return null;
  const { passwordHash } = proctor;
  return {
    passwordHash,
    set: async (after, at) => {
      const facts = staffEditFacts('proctor.changed', { before: {}, after }, subjectId, writer(at), REASON);
      return (await store.proctors.edit(proctor, after, facts)) !== null;
    },
  };
}
