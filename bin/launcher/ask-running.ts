// Asks a process that runs here over HTTP, or over https where its note names a certificate: that one and no other is
// believed, whatever name is in it, since the process is asked by its own address. Called by the commands.

import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getSecurely, type RequestOptions } from 'node:https';
import type { RunningNote } from './running-notes.ts';

export type Said = { readonly status: number; readonly text: string };

/** Rejects where it does not answer within that time. */
export function askRunning(
  { host, port, certificate }: Pick<RunningNote, 'host' | 'port' | 'certificate'>,
  path: string,
  withinMs: number,
): Promise<Said> {
  const at: RequestOptions = { host, port, path, signal: AbortSignal.timeout(withinMs), agent: false };
  return new Promise((resolve, reject) => {
    const asked =
      certificate === undefined ? get(at) : getSecurely({ ...at, ...only(certificate), checkServerIdentity });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
  });
}

function only(certificate: string): RequestOptions {
  return { ca: readFileSync(certificate), allowPartialTrustChain: true };
}

const checkServerIdentity = (): undefined => undefined;
