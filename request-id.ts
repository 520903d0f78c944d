// The id under which one request is found in the logs of every process that worked for it: api, room, job, worker. It
// travels beside the work, never as an argument of each function. Never a secret, and nothing is decided by it.
// Opened at the api's edge; carried on by rooms/ and workers/; written into every line by the composition root's logger.
import { AsyncLocalStorage } from 'node:async_hooks';

const running = new AsyncLocalStorage<string>();

/** What a balancer may call a request; anything else is not believed. */
export const REQUEST_ID = /^[0-9A-Za-z._-]{8,64}$/;

/** Does this work, and all that it starts, for the request of this id; just so where there is none. */
export function forRequest<T>(requestId: string | undefined, work: () => T): T {
  return requestId === undefined ? work() : running.run(requestId, work);
}

/** The request for which this work is done, where it is done for one. */
export function currentRequestId(): string | undefined {
  return running.getStore();
}

/** The same as a member of a message, a job or a line of the log. */
export function namedRequest(): { readonly requestId?: string } {
  const requestId = running.getStore();
  return requestId === undefined ? {} : { requestId };
}
