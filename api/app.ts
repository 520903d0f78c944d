// The Express application: headers, routes, documents, and the last resorts. Starts nothing and listens nowhere; the
// composition root does. Must never see a live room: it reaches them through the directory that it is given.
import express, { type Application, type ErrorRequestHandler } from 'express';
import { createBelievedSessions } from './believed-sessions.ts';
import { docsRouter } from './docs-page.ts';
import { inOrder, nameRequests, trustProxies } from './edge.ts';
import { createInFlight } from './in-flight.ts';
import { insideRouter } from './inside.ts';
import { createMeasures } from './measures.ts';
import { methodsByPath, unmatched } from './methods.ts';
import { openApiOf } from './openapi.ts';
import { pagesRouter } from './pages.ts';
import type { ApiOptions, ApiParts } from './parts.ts';
import { createPasswords } from './password.ts';
import { sendRefusal } from './problems.ts';
import { createRateLimits } from './rate-limits.ts';
import { apiRoutes, plainRoutes } from './routes.ts';
import { allowOrigins, securityHeaders } from './security-headers.ts';
import { fail, mounted } from './serve.ts';
import { createShortCache } from './short-cache.ts';
import { createTokens } from './tokens.ts';
import { createTries } from './tries.ts';
import { staffOf } from './who-is-it.ts';

const SOON_MS = 1_000;
const ENTER_RETRY_MS = 1_000;
/** Each waits for the store, as answers over the socket do; an essay each is what this much memory bears. */
const ON_THE_ROAD = 256;
const ROAD_RETRY_MS = 2_000;
/** What never changes is read again after so long, so that no plan stays in memory for ever. */
const LASTING_MS = 600_000;

/** What the routes of one process share. */
export function createParts(options: ApiOptions): ApiParts {
  const { store, redis, config, log, metrics } = options;
  const entering = createInFlight(config.enterInFlight, ENTER_RETRY_MS, config.enterInFlight);
  return {
    ...options,
    entering,
    onTheRoad: createInFlight(ON_THE_ROAD, ROAD_RETRY_MS),
    tokens: createTokens(config.secret),
    passwords: createPasswords(),
    tries: createTries(redis, log),
    rates: createRateLimits(redis, config.rates, log),
    measures: createMeasures(metrics, entering.count),
    staffNow: createBelievedSessions((tokenHash) => staffOf(options, tokenHash, options.now())),
    planSoon: createShortCache((planId) => store.plans.get(planId), SOON_MS),
    roomSoon: createShortCache((roomId) => store.rooms.get(roomId), SOON_MS),
    hasPhotosSoon: createShortCache((planId) => store.photos.hasAny(planId), SOON_MS),
    exportKeySoon: createShortCache((planId) => store.exportKeys.publicOf(planId), LASTING_MS),
    paperKeySoon: createShortCache(async (roomId) => {
      const key = await store.paperKeys.released(roomId);
      return key === null ? null : Buffer.from(key).toString('base64url');
    }, SOON_MS),
  };
}

/** The api on these parts. Call it once for a registry of metrics. */
export function createApi(options: ApiOptions): Application {
  const parts = createParts(options);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);
  trustProxies(app, options.config.trustedProxies);
  const { secure, origins } = options.config;
  app.use(inOrder(nameRequests(), securityHeaders(secure), allowOrigins(origins)));
  const routes = apiRoutes(parts);
  const plain = plainRoutes(parts);
  app.use(
    mounted(
      [...plain.map((route) => ({ prefix: '', route })), ...routes.map((route) => ({ prefix: '/v1', route }))],
      parts,
    ),
  );
  const openApi = JSON.stringify(openApiOf(routes, plain));
  app.get('/v1/openapi.json', (_request, response) => void response.type('application/json').send(openApi));
  app.use('/docs', docsRouter());
  if (options.insidePages !== undefined) app.use('/inside', insideRouter(parts, options.insidePages));
  app.use(pagesRouter(options.config));
  const methodsOf = methodsByPath([
    ...routes.map(({ method, path }) => ({ method, path: `/v1${path}` })),
    ...plain,
    { method: 'get', path: '/v1/openapi.json' },
  ]);
  app.use((request, response) => {
    const refusal = unmatched(methodsOf(request.path));
    parts.measures.refused(refusal.refused);
    sendRefusal(response, refusal);
  });
  const lastResort: ErrorRequestHandler = (error, _request, response, _next) =>
    fail('unmatched', parts, response, error);
  app.use(lastResort);
  return app;
}
