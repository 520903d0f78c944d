// What the api declares, for who only reads it: the tracked OpenAPI document is made here without a store, a Redis or a
// port. Nothing of these routes may ever be called. Called by docs/ and by the tests of the documents.
import { type OpenApi, openApiOf } from './openapi.ts';
import type { ApiParts } from './parts.ts';
import type { Route } from './route.ts';
import { apiRoutes, plainRoutes } from './routes.ts';

/** Whatever a route takes from it when it is declared is there, and is nothing. */
const NOTHING: object = new Proxy(() => {}, { get: (_, name) => (name === 'secret' ? 'none' : NOTHING) });

/** The document as every running api serves it. */
export function declaredOpenApi(): OpenApi {
  const parts = NOTHING as ApiParts;
  return openApiOf(declaredRoutes(), plainRoutes(parts));
}

/** Every route under /v1, to be looked at. */
export function declaredRoutes(): Route[] {
  return apiRoutes(NOTHING as ApiParts);
}
