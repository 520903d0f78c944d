// /inside: pages for who runs the machines, behind an admin's login, where the settings have them on. A browser keeps an admin's
// session there in a cookie that goes nowhere else, for an hour; everything below changes nothing, so that a cookie can do no
// harm. Must never pass on a request that does more than read. Called by app.ts; what the pages are is inside-pages.ts'.
import { type RequestHandler, type Response, Router } from 'express';
import { INSTALLATION_CHAIN } from '../exam/audit-writes.ts';
import { isRefusal, refuse } from '../schema/refusals.ts';
import { relationFor } from './access.ts';
import { noteDecision } from './decisions.ts';
import { INSIDE_PAGE, INSIDE_SCRIPT } from './inside-page.ts';
import type { ApiParts } from './parts.ts';
import { sendRefusal } from './problems.ts';
import { hashOfToken } from './tokens.ts';
import { whoIsIt } from './who-is-it.ts';

/** A page below /inside: what serves it, and which of its paths may be asked for. */
export type InsidePage = {
  /** Its folder, as in the address. */
  readonly name: string;
  readonly title: string;
  readonly serve: RequestHandler;
  isAllowed(path: string): boolean;
};

export const INSIDE_COOKIE = 'examhall_inside';
const PLACE = '/inside';
const LIFE_S = 3_600;
const TOKEN = /^[0-9A-Za-z._-]{20,600}$/;

/** Own scripts, styles and questions, and nobody else's: both pages ask for fonts of a third party, and do without. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/** Mounted at /inside. */
export function insideRouter(parts: ApiParts, pages: readonly InsidePage[]): Router {
  const router = Router({ strict: false });
  router.use((_request, response, next) => {
    response.set({ 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store' });
    next();
  });
  router.get('/login', (_request, response) => void response.type('html').send(INSIDE_PAGE));
  router.get('/login.js', (_request, response) => void response.type('text/javascript').send(INSIDE_SCRIPT));
  router.post('/session', openSession(parts));
  router.use(admitted(parts));
  router.get('/', (_request, response) => void response.type('html').send(listOf(pages)));
  for (const page of pages) router.use(`/${page.name}`, reading(page), page.serve);
  return router;
}

/** A bearer token of an admin becomes the cookie: what can send that header is a page of ours or a programme. */
function openSession(parts: ApiParts): RequestHandler {
  return async (request, response, next) => {
    try {
      const subject = await whoIsIt(parts, request.get('Authorization'), parts.now());
      if (isRefusal(subject)) return sendRefusal(response, subject);
      const relation = relationFor(subject, 'inside.read');
      if (isRefusal(relation)) return sendRefusal(response, relation);
      const at = parts.now();
      const source = `inside.entered.${subject.subjectId}.${at}`;
      await noteDecision(
        parts,
        { planId: INSTALLATION_CHAIN, source, kind: 'inside.entered', at },
        subject,
        subject.subjectId,
      );
      const token = request.get('Authorization')?.replace(/^Bearer /i, '') ?? '';
      response.cookie(INSIDE_COOKIE, token, {
        ...{ httpOnly: true, sameSite: 'strict', path: PLACE, maxAge: LIFE_S * 1_000 },
        secure: parts.config.secure,
      });
      response.status(204).end();
    } catch (error) {
      next(error);
    }
  };
}

/** Goes on for an admin whose session has not ended; a person without one is led to the login. */
function admitted(parts: ApiParts): RequestHandler {
  return async (request, response, next) => {
    try {
      const token = cookieOf(request.get('Cookie'));
      const subject = token === undefined ? undefined : await parts.staffNow.get(hashOfToken(token));
      if (subject === undefined) return lead(request.get('Accept')?.includes('text/html') === true, response);
      const relation = relationFor(subject, 'inside.read');
      if (isRefusal(relation)) return sendRefusal(response, relation);
      next();
    } catch (error) {
      next(error);
    }
  };
}

function lead(isPerson: boolean, response: Response): void {
  if (isPerson) response.redirect(303, `${PLACE}/login`);
  else sendRefusal(response, refuse('LOGIN_REQUIRED'));
}

function reading(page: InsidePage): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendRefusal(response, refuse('METHOD_REFUSED'));
    if (!page.isAllowed(request.path))
      return sendRefusal(response, refuse('PERMISSION_DENIED', 'It is only looked at.'));
    // A page whose address ends without a stroke would look for its parts beside itself.
    if (request.path === '/' && !request.originalUrl.replace(/\?.*$/, '').endsWith('/'))
      return response.redirect(303, `${PLACE}/${page.name}/`);
    next();
  };
}

function cookieOf(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [name = '', value = ''] = pair.trim().split('=');
    if (name === INSIDE_COOKIE && TOKEN.test(value)) return value;
  }
  return undefined;
}

function listOf(pages: readonly InsidePage[]): string {
  const lines = pages.map(({ name, title }) => `<li><a href="${PLACE}/${name}/">${title}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1"><title>examhall inside</title></head>
<body><main><h1>examhall inside</h1><ul>${lines.join('')}</ul></main></body>
</html>
`;
}
