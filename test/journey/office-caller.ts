// What an office's programme is to the api: one token, JSON, an Idempotency-Key with every POST, and each answer parsed by
// the schema that the documents name. Called by office.test.ts alone.
import assert from 'node:assert/strict';
import type { z } from 'zod';
import { newId } from '../../schema/ids.ts';
import { Problem } from '../../schema/replies.ts';

export type Asked = { readonly body?: unknown; readonly key?: string; readonly ifMatch?: string };
export type Caller = {
  /** The answer, parsed. Fails where the api refuses. */
  ask<S extends z.ZodType>(schema: S, method: string, path: string, asked?: Asked): Promise<z.output<S>>;
  /** What it is refused with. Fails where it is not. */
  refused(method: string, path: string, asked?: Asked): Promise<Problem>;
  /** The answer as it came, which is a success. */
  raw(method: string, path: string, asked?: Asked): Promise<{ readonly bytes: Buffer; readonly headers: Headers }>;
};

/** `url` is http://host:port; without a token it is somebody whom the api does not know yet. */
export function callerOf(url: string, token?: string): Caller {
  async function send(method: string, path: string, { body, key, ifMatch }: Asked = {}): Promise<Response> {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (method === 'POST') headers['idempotency-key'] = key ?? newId();
    if (ifMatch !== undefined) headers['if-match'] = ifMatch;
    const isBytes = body instanceof Uint8Array;
    if (body !== undefined) headers['content-type'] = isBytes ? 'application/octet-stream' : 'application/json';
    const written = isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body);
    return fetch(`${url}/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: written }) });
  }

  async function raw(method: string, path: string, asked?: Asked) {
    const response = await send(method, path, asked);
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${bytes.toString().slice(0, 500)}`);
    return { bytes, headers: response.headers };
  }

  return {
    raw,
    async ask(schema, method, path, asked) {
      const { bytes } = await raw(method, path, asked);
      return schema.parse(bytes.length === 0 ? undefined : JSON.parse(bytes.toString()));
    },
    async refused(method, path, asked) {
      const response = await send(method, path, asked);
      const text = await response.text();
      assert.ok(!response.ok, `${method} ${path} was not refused`);
      return Problem.parse(JSON.parse(text));
    },
  };
}
