// The end of an answer that is JSON, as Express would send it, which looks again at everything that is known here. Called
// for every answer of a route.
import type { ServerResponse } from 'node:http';

/** Ends the answer with this JSON; its status and other headers are set. */
export function endWithJson(response: ServerResponse, json: string | Buffer): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.end(json);
}
