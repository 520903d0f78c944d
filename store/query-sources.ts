// Which line of ours a query comes from, as its comment: a server's log of slow queries, its profiler and its list of what runs
// now show it. Costs a stack for each query, so only where the settings have it on. Must never be called in a process that
// measures itself. Called once, by the composition root.
import { globSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { currentCall, nameCalls } from './fault.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Frames of this file, of Node and of packages are nobody's line. */
const FOREIGN = /node_modules|node:internal|query-sources\.ts|store\/fault\.ts/;
const FRAME = /(?:\(|at (?:async )?)(?:file:\/\/)?([^\s():]+):(\d+):\d+\)?$/;
const DEPTH = 40;

/** The methods of a collection that ask the server, and the place of their options. */
const METHODS = {
  find: 1,
  findOne: 1,
  aggregate: 1,
  countDocuments: 1,
  distinct: 2,
  insertOne: 1,
  insertMany: 1,
  updateOne: 2,
  updateMany: 2,
  deleteOne: 1,
  deleteMany: 1,
  findOneAndUpdate: 2,
  findOneAndDelete: 1,
  bulkWrite: 1,
} as const;

type Method = (this: unknown, ...args: unknown[]) => unknown;
let isNaming = false;

/** From now on each query of this process names its line. Twice is fine. */
export function nameQueries(): void {
  if (isNaming) return;
  isNaming = true;
  nameCalls();
  const lines = linesOfCalls();
  const prototype = mongoose.mongo.Collection.prototype as unknown as Record<string, Method>;
  for (const [name, place] of Object.entries(METHODS)) {
    const method = prototype[name];
    if (typeof method !== 'function') throw new TypeError(`the driver's ${name} has another shape`);
    prototype[name] = function (...args) {
      const options = (args[place] ?? {}) as object;
      while (args.length <= place) args.push(undefined);
      if (!('comment' in options))
        args[place] = {
          ...options,
          comment: sourceOf(lines),
        };
      return method.apply(this, args);
    };
  }
}

/** A line of the store's; else that of the call which is under way; else whoever asked. */
function sourceOf(lines: ReadonlyMap<string, string>): string {
  const here = sourceHere();
  if (here?.startsWith('store/')) return here;
  const call = currentCall();
  return (call === undefined ? undefined : (lines.get(call) ?? call)) ?? here ?? 'examhall';
}

/** Where each call of an aggregate is written: what mongoose asks for later has no line of ours in its stack. */
function linesOfCalls(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync('store/*.ts', { cwd: ROOT })) {
    let aggregate = '';
    for (const [index, line] of readFileSync(ROOT + file, 'utf8')
      .split('\n')
      .entries()) {
      aggregate = /withFaults\('(\w+)'/.exec(line)?.[1] ?? aggregate;
      const [, call] = /^ {4,6}(?:async )?(\w+)(?::|\(|<)/.exec(line) ?? [];
      const name = `${aggregate}.${call}`;
      if (aggregate !== '' && call !== undefined && !found.has(name)) found.set(name, `${file}:${index + 1}`);
    }
  }
  return found;
}

/** The nearest line of this project, as `store/plans.ts:57`. */
function sourceHere(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    if (FOREIGN.test(line)) continue;
    const [, file, number] = FRAME.exec(line.trim()) ?? [];
    if (file?.startsWith(ROOT)) return `${relative(ROOT, file).replaceAll(sep, '/')}:${number}`;
  }
  return undefined;
}
