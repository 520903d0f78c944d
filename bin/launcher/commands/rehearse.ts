// `examhall rehearse`: tomorrow's exam today, with simulated people and a generated paper of the same shape on the machines
// that are to run it, and go or no-go. The rehearsal itself is loadtest/rehearse.ts. Must never kill a process that nobody
// would start again, and never print a token.

import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { AdministratorError } from '../../../loadtest/api-call.ts';
import { verdictText } from '../../../loadtest/rehearse/report.ts';
import type { Source } from '../../../loadtest/rehearse/watch.ts';
import { type Kill, type RehearseReport, rehearsePlan } from '../../../loadtest/rehearse.ts';
import { namedTarget, onTarget, type Target } from '../../../loadtest/target.ts';
import { announce } from '../command.ts';
import { LauncherError } from '../launcher-error.ts';
import { runningHere } from '../running-notes.ts';
import { type Here, killVictim, victimAmong } from '../victim.ts';
import { dataFolder, operatorEnvironment } from './environment.ts';

const HELP = `usage: bin/examhall rehearse --plan ID [options]

Makes a rehearsal of its own with as many people in as many rooms and a generated paper of the same shape, and removes it. All
enter at once, answer, every third one loses the link, and a rooms process is killed. The plan itself is only read.

  --plan ID       the plan that is to be rehearsed: a draft, or scheduled
  --seconds 30    how long people answer while nothing is broken
  --every 10      how often each of them answers, in seconds
  --no-kill       kills no process
  --url URL       where people come in; without it EXAMHALL_PUBLIC_URL, else the api that start runs here
  --token TOKEN   with --url: an admin's bearer token, or in EXAMHALL_TOKEN; without it one is made in the store, and removed
  --json          prints the report as JSON

What is killed, with SIGKILL, is of the rooms processes that bin/examhall start runs on this machine the one with most people;
its launcher starts it again. Exit code 1 for no-go.`;

/** Rehearses, prints the verdict, and exits: 0 for go, 1 for no-go. Throws LauncherError where that is not possible. */
export async function rehearse(args: string[]): Promise<void> {
  const options = readArguments(args);
  if (!options) return console.log(HELP);
  console.warn = () => {}; // the SDK says of each socket that it was closed, and here many are
  const report = await withTarget(options, (target) => rehearseOn(target, options));
  console.log(options.json ? JSON.stringify(report, null, 2) : `\n${verdictText(report)}`);
  // Everything of ours has ended; sockets of people may linger for a moment.
  process.exit(report.go ? 0 : 1);
}

type Arguments = {
  planId: string;
  calmMs: number;
  everyMs: number;
  mayKill: boolean;
  json: boolean;
  url: string | undefined;
  token: string | undefined;
};

function readArguments(args: string[]): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      plan: { type: 'string' },
      seconds: { type: 'string', default: '30' },
      every: { type: 'string', default: '10' },
      'no-kill': { type: 'boolean', default: false },
      url: { type: 'string' },
      token: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { plan: planId, url, json } = values;
  if (!planId) throw new LauncherError('ARGUMENT_INVALID', 'a rehearsal needs --plan ID; --help says more.');
  return {
    ...{ planId, url, json, token: values.token, mayKill: !values['no-kill'] },
    calmMs: 1_000 * wholeNumber('seconds', values.seconds, 5, 3_600),
    everyMs: 1_000 * wholeNumber('every', values.every, 1, 600),
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new LauncherError('ARGUMENT_INVALID', `--${name} takes a whole number from ${least} to ${most}, not ${text}.`);
}

/** The addresses of the stores that the settings name, where they name them. */
async function storeAddresses(): Promise<{ mongodbUrl?: string; redisUrl?: string; publicUrl: string }> {
  const { examineConfig } = await import('../../../config.ts');
  const environment = operatorEnvironment();
  const { mongodbUrl, redisUrl } = examineConfig(environment).settings;
  return {
    ...(mongodbUrl === undefined ? {} : { mongodbUrl }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
    publicUrl: environment.EXAMHALL_PUBLIC_URL ?? '',
  };
}

async function withTarget<T>({ url, token }: Arguments, work: (target: Target) => Promise<T>): Promise<T> {
  const { mongodbUrl, publicUrl } = await storeAddresses();
  const given = token ?? process.env.EXAMHALL_TOKEN;
  const address = url ?? (publicUrl || apiHere());
  if (address === undefined)
    throw new LauncherError('ARGUMENT_INVALID', 'it is not known where people come in: --url, or EXAMHALL_PUBLIC_URL.');
  if (given !== undefined && given !== '') return work(targetAt(address, given));
  if (mongodbUrl === undefined)
    throw new LauncherError(
      'ARGUMENT_INVALID',
      'it needs an admin token (--token, or EXAMHALL_TOKEN), or MONGODB_URL.',
    );
  const { withOfficeToken } = await import('../../../operations.ts');
  return withOfficeToken(mongodbUrl, (made) => work(targetAt(address, made)));
}

/** Throws ARGUMENT_INVALID for an address that is none. */
function targetAt(url: string, token: string): Target {
  return namedTarget(url, token) ?? { url, token };
}

/** The api that `start` runs on this machine, by its own address. */
function apiHere(): string | undefined {
  const note = runningHere(dataFolder()).find(({ roles }) => roles.split(',').includes('api'));
  return note && `http${note.certificate === undefined ? '' : 's'}://${note.host}:${note.port}`;
}

async function rehearseOn(target: Target, options: Arguments): Promise<RehearseReport> {
  const { mongodbUrl, redisUrl } = await storeAddresses();
  const stores = await openStores(mongodbUrl, redisUrl);
  try {
    return await onTarget(target, (_, interrupted) =>
      rehearsePlan({ ...options, target, kill: killing(options), sources: stores, tell: announce, interrupted }),
    );
  } catch (error) {
    if (error instanceof AdministratorError) throw new LauncherError('NOT_READY', error.message, { cause: error });
    throw error;
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

type Opened = Source & { close(): Promise<void> };

/** What cannot be asked is said with the verdict. */
async function openStores(mongodbUrl: string | undefined, redisUrl: string | undefined): Promise<Opened[]> {
  const { mongodbLoad, redisLoad } = await import('../../../store-load.ts');
  return Promise.all([
    opened('MongoDB', mongodbUrl, 'MONGODB_URL', mongodbLoad),
    opened('Redis', redisUrl, 'REDIS_URL', redisLoad),
  ]);
}

async function opened(
  name: string,
  url: string | undefined,
  setting: string,
  open: (url: string) => Promise<Opened>,
): Promise<Opened> {
  const silent = (why: Error): Opened => ({ name, read: () => Promise.reject(why), close: async () => {} });
  if (url === undefined) return silent(new Error(`${setting} is not set here`));
  return open(url).catch((error: unknown) => silent(error instanceof Error ? error : new Error(String(error))));
}

function killing({ mayKill }: Arguments): Kill {
  if (!mayKill) return { not: '--no-kill' };
  const here: Here = { host: hostname(), launchers: new Set(runningHere(dataFolder()).map(({ pid }) => pid)) };
  return {
    async choose(reader) {
      const victim = victimAmong(await reader.servers(), here);
      if (victim !== undefined) return () => killVictim(victim);
      const what = 'bin/examhall start runs no rooms process on this machine that could be killed';
      throw new LauncherError('ARGUMENT_INVALID', `${what}: call it where one runs, or with --no-kill.`);
    },
  };
}
