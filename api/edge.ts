// The first step of every request: its id, which a balancer in front of us may have given, and by which everything that
// follows is logged and answered. Called by app.ts, before anything else.
import type { RequestHandler } from 'express';
import { forRequest, REQUEST_ID } from '../request-id.ts';
import { newId } from '../schema/ids.ts';

export const REQUEST_ID_HEADER = 'X-Request-Id';

type Trust = (address: string, hop: number) => boolean;

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
