// The first step of every request: its id, which a balancer in front of us may have given, and by which everything that
// follows is logged and answered; and who may say whose request it is. Called by app.ts, before anything else.
import type { Application, RequestHandler } from 'express';
import { forRequest, REQUEST_ID } from '../request-id.ts';
import { newId } from '../schema/ids.ts';

export const REQUEST_ID_HEADER = 'X-Request-Id';

type Trust = (address: string, hop: number) => boolean;

/** Addresses of which it is remembered whether they are trusted; beyond it all are looked at anew. */
const MOST_KNOWN = 1_000;

/** These may say whose request it is; nobody else may. An address is looked at once, since Express parses it anew at each question; of a list the hop makes no difference. */
export function trustProxies(app: Application, proxies: readonly string[]): void {
  app.set('trust proxy', [...proxies]);
  const trust: Trust = app.get('trust proxy fn');
  const known = new Map<string, boolean>();
  app.set('trust proxy', (address: string, hop: number): boolean => {
    const before = known.get(address);
    if (before !== undefined) return before;
    if (known.size >= MOST_KNOWN) known.clear();
    const isTrusted = trust(address, hop);
    known.set(address, isTrusted);
    return isTrusted;
  });
}

/** Who is not among the trusted proxies gets an id of ours, whatever it says. */
export function nameRequests(): RequestHandler {
  return (request, response, next) => {
    const isTrusted: Trust = request.app.get('trust proxy fn');
    const said = request.get(REQUEST_ID_HEADER) ?? '';
    const isBelieved = REQUEST_ID.test(said) && isTrusted(request.socket.remoteAddress ?? '', 0);
    const requestId = isBelieved ? said : newId();
    response.set(REQUEST_ID_HEADER, requestId);
    forRequest(requestId, next);
  };
}

/** These, one after the other, as one step: each step of Express' own costs as much as what these do. None of them may be async. */
export function inOrder(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, next) => {
    const goOn = (index: number): void => {
      const handler = handlers[index];
      if (handler === undefined) return next();
      void handler(request, response, (error?: unknown) => (error === undefined ? goOn(index + 1) : next(error)));
    };
    goOn(0);
  };
}
