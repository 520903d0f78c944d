// `examhall path`: what the processes have logged for one request, in the order of time. Reads the lines of their logs, which
// are JSON, from files or from the standard input; asks no server and needs no settings.
// Must never fail on a line that is none of ours: a service manager's log has others in between.

import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { REQUEST_ID } from '../../../request-id.ts';
import { LauncherError } from '../launcher-error.ts';

const HELP = `usage: bin/examhall path REQUEST-ID [FILE ...]

What every process has logged for a request, in the order of time. Without files the lines come from the standard input:

  journalctl -u 'examhall@*' -o cat --since '-1 hour' | bin/examhall path 3f9Qz0aB7cD1eF2g

The id is in the answer's header X-Request-Id, and in every problem as its instance. Lines of single requests and jobs that
went well are of the level debug. Exit code 1 where nothing was found.`;

/** What this module's logger writes, of the lines that name a request. */
const Line = z.looseObject({
  level: z.number(),
  time: z.number(),
  pid: z.number(),
  msg: z.string().default(''),
  requestId: z.string().optional(),
  requestIds: z.array(z.string()).optional(),
});
type Line = z.infer<typeof Line>;
type Found = { readonly from: string; readonly line: Line };

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const SHOWN_APART = new Set(['level', 'time', 'pid', 'msg', 'requestId', 'requestIds']);

/** Prints the path of one request. Throws LauncherError for an id that is none and for a file that cannot be read. */
export async function path(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return console.log(HELP);
  const [requestId = '', ...files] = positionals;
  if (!REQUEST_ID.test(requestId))
    throw new LauncherError(
      'ARGUMENT_INVALID',
      'the id of a request has 8 to 64 letters, digits, dots, lines and underlines; `path --help` says where it stands.',
    );
  const found: Found[] = [];
  if (files.length === 0) await collect(process.stdin, '', requestId, found);
  for (const file of files) await collect(createReadStream(file), basename(file, '.log'), requestId, found);
  if (found.length === 0) {
    console.log(
      `no line names the request ${requestId}; of requests that went well there are lines at the level debug.`,
    );
    process.exitCode = 1;
  }
  // Stable: what one process has written within a millisecond stays as it wrote it.
  for (const one of found.sort((a, b) => a.line.time - b.line.time)) console.log(shown(one));
}

async function collect(lines: NodeJS.ReadableStream, from: string, requestId: string, found: Found[]): Promise<void> {
  try {
    for await (const text of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (!text.includes(requestId)) continue;
      const line = lineOf(text);
      if (line?.requestId === requestId || line?.requestIds?.includes(requestId)) found.push({ from, line });
    }
  } catch (error) {
    throw new LauncherError('ARGUMENT_INVALID', error instanceof Error ? `${error.message}.` : String(error));
  }
}

/** Undefined of what is no line of ours; what a service manager has put in front of it is left out. */
function lineOf(text: string): Line | undefined {
  const from = text.indexOf('{');
  if (from < 0) return undefined;
  try {
    return Line.safeParse(JSON.parse(text.slice(from))).data;
  } catch {
    return undefined; // somebody else's
  }
}

function shown({ from, line }: Found): string {
  const rest = Object.entries(line)
    .filter(([name]) => !SHOWN_APART.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  const at = new Date(line.time).toISOString();
  const who = from === '' ? `${line.pid}` : `${from} ${line.pid}`;
  return [at, who, LEVELS[line.level] ?? String(line.level), line.msg, ...rest].join('  ');
}
