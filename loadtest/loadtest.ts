// `npm run loadtest -- --numClients N`: bots of the published command @colyseus/loadtest sit a rehearsal, one process of
// theirs and this one, which makes the plan, starts and ends it, and removes it whatever happened. With --endpoint and an
// admin's token it runs against that system, else against a private one. Exit code 1 on any error.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LauncherError } from '../bin/launcher/launcher-error.ts';
import { type Administrator, createAdministrator } from './administrator.ts';
import { BotNews, type BotOrder } from './bot-messages.ts';
import {
  endRooms,
  openRooms,
  planReaches,
  type Rehearsal,
  type RehearsalRoom,
  startRooms,
  withRehearsal,
} from './rehearsal.ts';
import { rehearsalPaper } from './rehearsal-paper.ts';
import { percentileLine } from './report.ts';
import { namedTarget, onTarget, type Target } from './target.ts';

const HELP = `usage: npm run loadtest -- --numClients N [options]

  --numClients N   bots, who join one after another (20)
  --endpoint URL   a running system, http:// or ws://; without it a private one is started and stopped
  --token TOKEN    with --endpoint: an admin's bearer token, or in EXAMHALL_TOKEN
  --items N        items of the generated paper (20)
  --delay MS       pause between two joins (0)`;

const ROOM_SIZE = 30;
const LIMIT_MS = 120_000;

type LoadtestOptions = { target: Target | undefined; numClients: number; items: number; delay: number };
type Done = Extract<BotNews, { type: 'done' }>;

/** What came of a run; `errors` is empty where everything was as it should be. */
type LoadtestOutcome = { done: Done; errors: string[] };

/** Lets the bots sit a rehearsal there; it is removed in any case. Rejects where it could not be brought to its end. */
async function runBots(
  { url, token }: Target,
  options: Omit<LoadtestOptions, 'target'>,
  interrupted: Promise<never>,
): Promise<LoadtestOutcome> {
  const admin = createAdministrator({ url, token });
  const rooms = roomsFor(options.numClients);
  const request = { name: 'load test', ...rehearsalPaper(options.items), rooms, durationMs: 60 * 60_000, graceMs: 0 };
  return withRehearsal(admin, request, interrupted, async (rehearsal) => {
    await openRooms(admin, rehearsal);
    const codes = rehearsal.roster.map(({ code }) => code);
    const order: BotOrder = { type: 'order', url, codes, limitMs: LIMIT_MS };
    const outcome = await runCommand(admin, rehearsal, order, options.delay, interrupted);
    await planReaches(admin, rehearsal.planId, 'scored', LIMIT_MS);
    return outcome;
  });
}

function roomsFor(count: number): RehearsalRoom[] {
  return Array.from({ length: Math.ceil(count / ROOM_SIZE) }, (_, room) => ({
    label: `room ${room + 1}`,
    examinees: Array.from({ length: Math.min(ROOM_SIZE, count - room * ROOM_SIZE) }, (_, seat) => ({
      label: `bot ${room * ROOM_SIZE + seat + 1}`,
    })),
  }));
}

/** Runs the published command in a process of its own, and ends it when its bots are done: by itself it never ends. */
async function runCommand(
  admin: Administrator,
  rehearsal: Rehearsal,
  order: BotOrder,
  delay: number,
  interrupted: Promise<never>,
): Promise<LoadtestOutcome> {
  const folder = await mkdtemp('/tmp/examhall-bots-');
  const output = join(folder, 'loadtest.log');
  const child = startCommand(order, delay, output);
  const exited = once(child, 'exit');
  const news = newsFrom(child);
  interrupted.catch(() => child.kill('SIGKILL')); // Then the news fail, and the folder is removed.
  try {
    child.send(order);
    const { count } = await news('entered');
    if (count > 0) await startRooms(admin, rehearsal);
    const done = await news('done');
    await endRooms(admin, rehearsal);
    child.kill('SIGTERM');
    await exited;
    return { done, errors: [...errorsOf(order, done), ...summaryErrors(await readFile(output, 'utf8'), order)] };
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** On a terminal the command shows its screen; elsewhere nobody sees it, and only its summary is read. */
function startCommand(order: BotOrder, delay: number, output: string): ChildProcess {
  const script = join(import.meta.dirname, 'exam-bot.ts');
  const screen = process.stdout.isTTY ? 'inherit' : 'ignore';
  const options = [
    '--endpoint',
    order.url.replace(/^http/, 'ws'),
    '--room',
    'exam',
    '--delay',
    String(delay),
    '--output',
    output,
  ];
  return spawn(process.execPath, [script, ...options, '--numClients', String(order.codes.length)], {
    stdio: [screen, screen, 'inherit', 'ipc'],
    env: { TERM: 'xterm', ...process.env },
  });
}

type News = <T extends BotNews['type']>(type: T) => Promise<Extract<BotNews, { type: T }>>;

/** The news of the bots, also those that came before they were asked for. Asking rejects if the bots end without them. */
function newsFrom(child: ChildProcess): News {
  const arrived: BotNews[] = [];
  const ended = once(child, 'exit');
  child.on('message', (message) => {
    arrived.push(BotNews.parse(message));
    child.emit('news');
  });
  return async (type) => {
    for (;;) {
      const found = arrived.find((news) => news.type === type);
      if (found) return found as Extract<BotNews, { type: typeof type }>;
      const isOver = await Promise.race([ended.then(() => true), once(child, 'news').then(() => false)]);
      if (isOver) throw new LauncherError('CHILD_DIED', `the bots ended before they were ${type}.`);
    }
  };
}

function errorsOf({ codes }: BotOrder, done: Done): string[] {
  const errors = [...done.errors];
  if (done.submitted !== codes.length) errors.push(`${done.submitted} of ${codes.length} bots submitted`);
  if (done.answersSaved !== done.answersSent)
    errors.push(`${done.answersSaved} of ${done.answersSent} answers were acknowledged`);
  return errors;
}

/** What the published command itself counted as failed, and joins that it lacks. */
function summaryErrors(summary: string, { codes }: BotOrder): string[] {
  const count = (name: string) => Number(summary.match(new RegExp(`${name}: (\\d+)`))?.[1] ?? Number.NaN);
  const errors = ['Failed connections', 'Total errors'].filter((name) => count(name) !== 0);
  if (!(count('Successful connections') >= codes.length)) errors.push('Successful connections');
  return errors.map((name) => `@colyseus/loadtest says: ${name}: ${count(name)}`);
}

function readOptions(args: string[]): LoadtestOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      ...{ numClients: text, endpoint: text, token: text, items: text, delay: text },
    },
  });
  if (values.help) return undefined;
  const number = (name: 'numClients' | 'items' | 'delay', fallback: number, least: number, most: number): number => {
    const value = Number(values[name] ?? fallback);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new LauncherError('ARGUMENT_INVALID', `--${name} takes a whole number from ${least} to ${most}.`);
  };
  return {
    target: namedTarget(values.endpoint, values.token),
    numClients: number('numClients', 20, 1, 10_000),
    items: number('items', 20, 1, 1_000),
    delay: number('delay', 0, 0, 60_000),
  };
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.log(HELP);
    return 0;
  }
  const { done, errors } = await onTarget(options.target, (target, interrupted) =>
    runBots(target, options, interrupted),
  );
  console.log(
    `${done.submitted} of ${options.numClients} bots submitted; ${done.answersSent} answers sent, ${done.answersSaved} saved.`,
  );
  console.log(`entering took ${percentileLine(done.enterMs)}; answers were saved after ${percentileLine(done.ackMs)}.`);
  for (const error of errors) console.error(`error: ${error}`);
  return errors.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof LauncherError ? error.message : error);
      process.exit(1);
    },
  );
}
