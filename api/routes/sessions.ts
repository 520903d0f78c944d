// login, one-time links, logout: sessions of people who work here. Only hashes are stored; a login costs the same
// whether the name is known or not, and says nothing about which of the two was wrong.

import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { AdminView, LoginReply } from '../../schema/replies.ts';
import { AccountBody, LinkParams, LoginBody, NoBody, NoParams, NoQuery } from '../../schema/requests.ts';
import type { Role } from '../../schema/states.ts';
import { createAdmin } from '../accounts.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { LINK_PAGE, LINK_PAGE_POLICY } from '../link-page.ts';
import { LIST } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { publicRoute, type Route, route, type Sender } from '../route.ts';
import { hashOfToken, newSecretToken } from '../tokens.ts';
import type { Subject } from '../who-is-it.ts';

/** So long the answer of a refresh may be asked for again. */
const REFRESH_GRACE_MS = 30_000;

type Account = { readonly role: Role; readonly subjectId: string };

export function sessionRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    publicRoute({
      method: 'post',
      path: '/login',
      tag: 'sessions',
      summary: 'A bearer token for an admin or a proctor.',
      params: NoParams,
      query: NoQuery,
      body: LoginBody,
      reply: { status: 200, type: 'application/json', schema: LoginReply },
      repeat: 'keyless',
      refusals: ['BUSY', 'LOGIN_REFUSED', 'TOO_MANY_TRIES'],
      async handle({ body, address, now }) {
        const account = await accountOf(parts, body, address);
        if (isRefusal(account)) return account;
        const token = newSecretToken();
        const expiresAt = now + parts.config.sessionMs;
        await store.sessions.create({
          _id: hashOfToken(token),
          kind: 'session',
          ...account,
          expiresAt,
          createdAt: new Date(now),
        });
        return { token, role: account.role, expiresAt };
      },
    }),
    publicRoute({
      method: 'get',
      path: '/links/:token',
      tag: 'sessions',
      summary: 'The page on which a person spends a one-time link.',
      params: LinkParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'text/html', schema: null },
      repeat: 'keyless',
      refusals: [],
      async handle() {
        const send: Sender = (response) =>
          void response.set('Content-Security-Policy', LINK_PAGE_POLICY).type('html').send(LINK_PAGE);
        return send;
      },
    }),
    publicRoute({
      method: 'post',
      path: '/links/:token',
      tag: 'sessions',
      summary: 'Spends a one-time link: creates the admin account that it is for.',
      params: LinkParams,
      query: NoQuery,
      body: AccountBody,
      reply: { status: 201, type: 'application/json', schema: AdminView },
      repeat: 'keyless',
      refusals: ['BUSY', 'LINK_SPENT', 'NAME_TAKEN'],
      async handle({ params, body, now }) {
        const link = hashOfToken(params.token);
        const stored = await store.sessions.get(link, now);
        if (stored?.kind !== 'link' || stored.role !== 'admin') return refuse('LINK_SPENT');
        // The account's id follows from the link, so that of two at once one account is made; and a name that is taken
        // does not spend the link.
        const admin = await createAdmin(parts, derivedId(link), body, now);
        if (isRefusal(admin)) return admin;
        await store.sessions.remove(link);
        return admin.login === body.login ? admin : refuse('LINK_SPENT');
      },
    }),
    route({
      method: 'post',
      path: '/refresh',
      tag: 'sessions',
      summary:
        'Another token for the same person, for as long as a login gives; the one that asks is good for hearing that again, for half a minute.',
      access: 'session.refresh',
      params: NoParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: LoginReply },
      repeat: 'again',
      refusals: [],
      target: () => LIST,
      handle: ({ subject, now }) => refresh(parts, subject, now),
    }),
    route({
      method: 'post',
      path: '/logout/everywhere',
      tag: 'sessions',
      summary: 'Ends all sessions of who asks, on every device, at once.',
      access: 'session.end',
      params: NoParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'once',
      refusals: [],
      target: () => LIST,
      async handle({ subject, now: at }) {
        const { subjectId, role } = subject;
        const source = `sessions.ended.${subjectId}.${at}`;
        const planId = role === 'proctor' ? subject.planId : INSTALLATION_CHAIN;
        await noteDecision(parts, { planId, source, kind: 'sessions.ended', at }, subject, subjectId);
        return store.sessions.removeOf(subjectId, role);
      },
    }),
    route({
      method: 'post',
      path: '/logout',
      tag: 'sessions',
      summary: 'Ends the session of this token.',
      access: 'session.end',
      params: NoParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'once',
      refusals: [],
      target: () => LIST,
      async handle({ subject }) {
        if (subject.role !== 'examinee') await store.sessions.remove(subject.tokenHash);
      },
    }),
  ];
}

/**
 * The one that follows comes from the one that asks, whatever the request: whoever did not hear the answer asks again within
 * the grace, and hears the same. Later it is somebody who found an old token, and the whole family ends (RFC 9700, 4.14).
 */
async function refresh(parts: ApiParts, subject: Subject, now: number): Promise<LoginReply | Refusal> {
  if (subject.role === 'examinee' || subject.role === 'service') return refuse('PERMISSION_DENIED');
  const { store, tokens, config, log } = parts;
  const { role, subjectId, tokenHash } = subject;
  const found = await store.sessions.get(tokenHash, now);
  if (found === null) return refuse('LOGIN_REQUIRED');
  const { family = tokenHash, refreshedAt } = found;
  const token = tokens.digest(`refresh.${tokenHash}`).toString('base64url');
  const _id = hashOfToken(token);
  if (refreshedAt !== undefined && now - refreshedAt > REFRESH_GRACE_MS) {
    await store.sessions.removeFamily(family);
    log.warn({ subjectId, role }, 'a session that was renewed long ago was used again; all that followed it are ended');
    return refuse('LOGIN_REQUIRED', 'This session was renewed long ago; log in again.');
  }
  if (refreshedAt === undefined) {
    const times = { expiresAt: now + config.sessionMs, createdAt: new Date(now) };
    await store.sessions.create({ _id, kind: 'session', role, subjectId, family, ...times });
    await store.sessions.follow(tokenHash, family, now);
  }
  const next = await store.sessions.get(_id, now);
  // It was ended, or has been followed itself.
  if (next === null || next.refreshedAt !== undefined) return refuse('LOGIN_REQUIRED');
  return { token, role, expiresAt: next.expiresAt };
}

async function accountOf(
  parts: ApiParts,
  body: { login: string; password: string },
  address: string,
): Promise<Account | Refusal> {
  const { store, tries, passwords } = parts;
  const tooMany = tries.check('login', address, [body.login]);
  if (tooMany) return tooMany;
  const [admin, proctor] = await Promise.all([store.admins.byLogin(body.login), store.proctors.byLogin(body.login)]);
  const fits = await passwords.fits(body.password, (admin ?? proctor)?.passwordHash);
  if (isRefusal(fits)) return fits;
  if (fits && admin) return { role: 'admin', subjectId: admin._id };
  if (fits && proctor) return { role: 'proctor', subjectId: proctor._id };
  return (await tries.wrong('login', address, [body.login])) ?? refuse('LOGIN_REFUSED');
}
