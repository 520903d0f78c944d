// `examhall inspect`: what Redis and MongoDB say of themselves, and which lines of ours make them slow. Changes nothing, but for
// MongoDB's profiler, for as long as `--profile` says. Must never print a value of Redis or a member of a document.

import { parseArgs } from 'node:util';
import { LauncherError } from '../launcher-error.ts';
import { operatorEnvironment } from './environment.ts';

const HELP = `usage: bin/examhall inspect [options]

Memory, keys by what they are, slow commands, sizes of collections, the largest documents, how often each index was used since
the server started, and slow queries, each with the line of this programme that sends it.

  --profile MS   has MongoDB note queries that take longer than MS milliseconds, for a while
  --seconds 60   how long that is

A query names its line where the processes run with EXAMHALL_QUERY_SOURCES=on. What Redis calls slow, its setting
slowlog-log-slower-than says. MongoDB's embedded engine keeps no slow queries.`;

const MOST_SECONDS = 3_600;
const ROWS = 20;
const NEVER_USED = 0;

/** Prints what it finds. Throws LauncherError for options that are none, and what the stores throw that do not answer. */
export async function inspect(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      profile: { type: 'string' },
      seconds: { type: 'string', default: '60' },
    },
  });
  if (values.help) return console.log(HELP);
  const profiling =
    values.profile === undefined
      ? undefined
      : {
          slowerThanMs: wholeNumber('profile', values.profile, 60_000),
          seconds: wholeNumber('seconds', values.seconds, MOST_SECONDS),
        };
  const { examineConfig } = await import('../../../config.ts');
  const { mongodbUrl, redisUrl } = examineConfig(operatorEnvironment()).settings;
  if (redisUrl === undefined || mongodbUrl === undefined)
    throw new LauncherError(
      'ARGUMENT_INVALID',
      'MONGODB_URL or REDIS_URL is missing, and nothing runs here by bin/examhall start.',
    );
  await showRedis(redisUrl);
  await showStore(mongodbUrl, profiling);
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= most) return number;
  throw new LauncherError('ARGUMENT_INVALID', `--${name} takes a whole number up to ${most}, not ${text}.`);
}

async function showRedis(url: string): Promise<void> {
  const { inspectRedis } = await import('../../../redis-inspection.ts');
  const { servers, keys, slow, slowerThanMicros } = await inspectRedis(url);
  show(
    'Redis',
    ['server', 'version', 'memory', 'at most', 'fragmentation', 'evicted'],
    servers.map((one) => [
      ...[one.address, one.version, size(one.usedBytes), one.mostBytes === 0 ? 'no bound' : size(one.mostBytes)],
      ...[one.fragmentation.toFixed(2), String(one.evictedKeys)],
    ]),
  );
  show(
    'Redis: keys by what they are',
    ['keys', 'count', 'memory', 'largest'],
    keys.map(({ kind, count, bytes, largest }) => [kind, String(count), size(bytes), largest]),
  );
  show(
    `Redis: commands slower than ${slowerThanMicros / 1_000} ms`,
    ['command', 'about', 'times', 'longest', 'from'],
    slow.slice(0, ROWS).map(({ command, about, count, longestMs, sources }) => {
      return [command, about, String(count), `${longestMs.toFixed(1)} ms`, sources.join(', ') || 'unknown'];
    }),
  );
}

async function showStore(url: string, profiling: { slowerThanMs: number; seconds: number } | undefined): Promise<void> {
  const { inspectStore } = await import('../../../store/inspection.ts');
  const { version, residentBytes, collections, slow } = await inspectStore(url, profiling);
  show(
    `MongoDB ${version}, ${size(residentBytes)} resident: collections`,
    ['collection', 'documents', 'size', 'indexes', 'largest documents'],
    collections.map(({ name, count, bytes, indexBytes, largest }) => [
      ...[name, String(count), size(bytes), size(indexBytes)],
      largest.map((one) => `${one.id} ${size(one.bytes)}`).join(', '),
    ]),
  );
  show(
    'MongoDB: indexes by their use since the server started',
    ['index', 'uses'],
    collections
      .flatMap(({ name, indexes }) => indexes.map((index) => [`${name}.${index.name}`, index.uses] as const))
      .sort(([, a], [, b]) => b - a)
      .map(([name, uses]) => [name, uses === NEVER_USED ? 'never' : String(uses)]),
  );
  if (typeof slow === 'string') return console.log(`\nMongoDB: slow queries\n  ${slow}`);
  show(
    'MongoDB: slow queries',
    ['collection', 'operation', 'times', 'longest', 'plan', 'examined', 'returned', 'from'],
    slow
      .slice(0, ROWS)
      .map((one) => [
        ...[one.collection, one.operation, String(one.count), `${one.longestMs} ms`, one.plan],
        ...[String(one.examined), String(one.returned), one.source || 'unknown'],
      ]),
  );
}

function show(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}`);
  if (rows.length === 0) return console.log('  none');
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1_024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
