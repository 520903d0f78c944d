// Reads a request's body as JSON, within its bound. Called after the token was looked at, so that nobody without one
// makes us read megabytes. Parses nothing but JSON; shapes are the route's business.
import express, { type Request, type RequestHandler, type Response } from 'express';
import { LIMITS } from '../schema/limits.ts';
import { allowing, RefusalError, refuse } from '../schema/refusals.ts';

const within = (limit: number): RequestHandler => express.json({ limit, type: 'application/json', strict: true });
const ORDINARY = within(64 * 1024);
/** The longest way to write a byte of an answer in JSON has six. */
const ANSWERS_BYTES = 7 * LIMITS.answerBytes;
const LARGE = {
  answers: within(ANSWERS_BYTES),
  import: within(LIMITS.importBytes),
  paper: within(LIMITS.paperBytes),
  export: within(LIMITS.exportBytes),
};

/** Bodies that may be larger than others. */
export type BodySize = keyof typeof LARGE;

/**
 * The parsed body, undefined where there is none. Throws what the body parser throws, and RefusalError for other types;
 * a refusal is not returned, because a body may look like one.
 */
export async function bodyOf(request: Request, response: Response, size: BodySize | undefined): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  await runHandler(size === undefined ? ORDINARY : LARGE[size], request, response);
  const body: unknown = request.body;
  if (body === undefined && hasContent(request)) {
    throw new RefusalError(
      allowing(['application/json; charset=utf-8'], refuse('REQUEST_INVALID', 'Bodies are application/json in UTF-8.')),
    );
  }
  if (isDeeper(body, LIMITS.bodyLevels)) {
    const most = `at most ${LIMITS.bodyLevels} levels`;
    throw new RefusalError(allowing([most], refuse('REQUEST_INVALID', `Bodies are nested ${most} deep.`)));
  }
  return body;
}

/** Level by level: what recurses, as writing it down again does, ends the stack on a body that is all brackets. */
function isDeeper(body: unknown, levels: number): boolean {
  let inside = [body];
  for (let level = 0; level <= levels && inside.length > 0; level++)
    inside = inside.filter(isContainer).flatMap((one) => Object.values(one));
  return inside.some(isContainer);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function hasContent({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function runHandler(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    handler(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}
