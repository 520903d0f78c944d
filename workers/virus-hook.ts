// The command that looks through a file for viruses. It gets the file on its standard input, or at the place that stands for
// {file}; 0 is clean and 1 is found, as of clamscan and clamdscan. Whatever else happens is neither. Must never get our
// environment, where secrets are. Called by upload-checks.ts and by the operator's check.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type VirusHook = { readonly command: readonly string[]; readonly limitMs: number };
/** `why` is a sentence where it is `failed`. */
export type Looked = { readonly verdict: 'clean' | 'found' | 'failed'; readonly why?: string };

const PLACE = '{file}';
/** EICAR's: no virus, and found by every scanner. In two, so that none finds it here. */
export const TEST_VIRUS = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/** Ends the command after its time, or at the signal. Throws where the bytes cannot be read; where the command cannot do it is `failed`. */
export async function lookThrough(
  { command, limitMs }: VirusHook,
  bytes: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Looked> {
  if (!command.some((part) => part.includes(PLACE))) return run(command, limitMs, signal, bytes);
  const folder = await mkdtemp(join(tmpdir(), 'examhall-look-'));
  try {
    const path = join(folder, 'file');
    await pipeline(Readable.from(bytes), createWriteStream(path, { mode: 0o600 }));
    return await run(
      command.map((part) => part.replaceAll(PLACE, path)),
      limitMs,
      signal,
      undefined,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is thrown while bytes are read is no failure of the command. */
type Reading = { failure: unknown };

async function run(
  [program = '', ...args]: readonly string[],
  limitMs: number,
  signal: AbortSignal | undefined,
  bytes: AsyncIterable<Uint8Array> | undefined,
): Promise<Looked> {
  const ends = [AbortSignal.timeout(limitMs), ...(signal === undefined ? [] : [signal])];
  const { PATH = '', LANG = 'C.UTF-8' } = process.env;
  const child = spawn(program, args, {
    env: { PATH, LANG },
    stdio: [bytes === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
    signal: AbortSignal.any(ends),
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(ends[0]?.aborted === true ? `after ${limitMs} ms` : error.message));
    child.once('close', (code, killedBy) => resolve(code ?? `by ${killedBy}`));
  });
  child.stdin?.on('error', () => undefined); // one that ended early; its end says why
  const reading: Reading = { failure: undefined };
  const wasRead = bytes === undefined || child.stdin === null || (await poured(bytes, child.stdin, reading));
  if (reading.failure !== undefined) child.kill('SIGKILL');
  const code = await ended;
  if (reading.failure !== undefined) throw reading.failure;
  if (code === 1) return { verdict: 'found' };
  if (code === 0 && wasRead) return { verdict: 'clean' };
  return { verdict: 'failed', why: code === 0 ? '(it did not read the file)' : `(it ended with ${code})` };
}

/** Whether it took all of it: one that has found something may end before. */
async function poured(
  bytes: AsyncIterable<Uint8Array>,
  into: NodeJS.WritableStream,
  reading: Reading,
): Promise<boolean> {
  try {
    await pipeline(Readable.from(noting(bytes, reading)), into);
    return true;
  } catch {
    return false; // Its own end says why; what was thrown by the bytes is in `reading`.
  }
}

/** Only what its reading throws is its failure: a pipe that breaks throws here, too. */
async function* noting(bytes: AsyncIterable<Uint8Array>, reading: Reading): AsyncGenerator<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  const next = async () => {
    try {
      return await source.next();
    } catch (error) {
      reading.failure = error;
      throw error;
    }
  };
  try {
    for (let one = await next(); one.done !== true; one = await next()) yield one.value;
  } finally {
    await source.return?.();
  }
}
