// Which line of ours a query comes from, as its comment: a server's log of slow queries, its profiler and its list of what runs
// now show it. Costs a stack for each query, so only where the settings have it on. Must never be called in a process that
// measures itself. Called once, by the composition root.
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Frames of this file, of Node and of packages are nobody's line. */
const FOREIGN = /node_modules|node:internal|query-sources\.ts/;
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
  const prototype = mongoose.mongo.Collection.prototype as unknown as Record<string, Method>;
  for (const [name, place] of Object.entries(METHODS)) {
    const method = prototype[name];
    if (typeof method !== 'function') throw new TypeError(`the driver's ${name} has another shape`);
    prototype[name] = function (...args) {
      const options = (args[place] ?? {}) as object;
      while (args.length <= place) args.push(undefined);
      if (!('comment' in options)) args[place] = { ...options, comment: sourceHere() };
      return method.apply(this, args);
    };
  }
}

/** The nearest line of this project, as `store/plans.ts:57`. */
function sourceHere(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    if (FOREIGN.test(line)) continue;
    const [, file, number] = FRAME.exec(line.trim()) ?? [];
    if (file?.startsWith(ROOT)) return `${relative(ROOT, file).replaceAll(sep, '/')}:${number}`;
  }
  return 'examhall';
}
