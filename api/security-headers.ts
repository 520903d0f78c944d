// Headers that every answer has, and the allow-list of origins. Tokens travel in a header and never in a cookie, but for the
// pages of /inside, which change nothing: another site's page can make a browser send nothing that we would act upon. Called by app.ts, first of all.
import type { RequestHandler } from 'express';

/** For what is not a page: no script, no frame, no source at all. */
const NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const HEADERS: Record<string, string> = {
  'Content-Security-Policy': NOTHING_ALLOWED,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Cache-Control': 'no-store',
};
/** A browser heeds it over https alone. */
const ONLY_HTTPS = 'max-age=31536000; includeSubDomains';

/** `secure` where people reach us over https, ended here or in front. */
export function securityHeaders(secure: boolean): RequestHandler {
  const headers = Object.entries(secure ? { ...HEADERS, 'Strict-Transport-Security': ONLY_HTTPS } : HEADERS);
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value); // Express' own way costs thrice as much
    next();
  };
}

/** What a page of an allowed origin may read of an answer's headers: when to come back, and where a download stands. */
const EXPOSED = 'Accept-Ranges, Content-Range, ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, Range',
  'Access-Control-Max-Age': '600',
};

/** Answers preflights; only pages of these origins may read what we answer. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (request, response, next) => {
    const origin = request.get('Origin');
    response.setHeader('Vary', 'Origin');
    if (origin !== undefined && allowed.has(origin)) {
      response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED });
      response.set('Cross-Origin-Resource-Policy', 'cross-origin');
      if (request.method === 'OPTIONS') response.set(PREFLIGHT);
    }
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  };
}
