// Faults of the store: infrastructure that failed, never an expected refusal. Whoever owns the retry tells by the code
// whether to try again. Must never carry a URL, a document or an answer in its message. Called by every file of store/.
import { AsyncLocalStorage } from 'node:async_hooks';
import mongoose from 'mongoose';
import { RefusalError } from '../schema/refusals.ts';
import { traced } from '../tracing.ts';

const { MongoServerError, MongoBulkWriteError, MongoInvalidArgumentError, BSON } = mongoose.mongo;

/**
 * `STORE_UNAVAILABLE`: try again later, nothing is promised. `STORE_REFUSED`: the store will never take this; a retry is
 * in vain. `STORE_DUPLICATE`: a unique value was there before. `STORE_MISSING`: what must be there is not.
 * `STORE_CONCERN`: the URL's write or read concern does not fit this server. `STORE_KEY`: what is sealed does not open.
 */
export type StoreFaultCode =
  | 'STORE_UNAVAILABLE'
  | 'STORE_REFUSED'
  | 'STORE_DUPLICATE'
  | 'STORE_MISSING'
  | 'STORE_CONCERN'
  | 'STORE_KEY';

/** Thrown by everything in store/ when the store itself fails; `cause` is the driver's error. */
export class StoreFault extends Error {
  readonly code: StoreFaultCode;
  constructor(code: StoreFaultCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreFault';
    this.code = code;
  }
}

/** A document that the server will take at no time: bad value, bad type, failed validation, too large, no index to use. */
const REFUSING_CODES = new Set([2, 9, 14, 22, 121, 291, 10334, 17280, 17419, 17420]);
const DUPLICATE_CODE = 11000;

/** The fault that this error is, and faults and refusals as they are; `call` names what was tried. */
export function asFault(call: string, error: unknown): Error {
  if (error instanceof StoreFault || error instanceof RefusalError) return error;
  const code = faultCode(error);
  return new StoreFault(code, `${call}: ${SENTENCES[code]}`, error);
}

const SENTENCES: Record<StoreFaultCode, string> = {
  STORE_UNAVAILABLE: 'the store did not answer as it should',
  STORE_REFUSED: 'the store does not take this',
  STORE_DUPLICATE: 'a unique value is taken',
  STORE_MISSING: 'something is not in the store',
  STORE_CONCERN: 'the write concern does not fit',
  STORE_KEY: 'what is sealed does not open',
};

function faultCode(error: unknown): StoreFaultCode {
  if (error instanceof MongoBulkWriteError) return bulkFaultCode(error);
  if (error instanceof MongoServerError) return serverFaultCode(error.code);
  const isOurs =
    error instanceof mongoose.Error.ValidationError ||
    error instanceof mongoose.Error.CastError ||
    error instanceof mongoose.Error.StrictModeError ||
    error instanceof MongoInvalidArgumentError ||
    error instanceof BSON.BSONError ||
    error instanceof RangeError ||
    error instanceof TypeError;
  return isOurs ? 'STORE_REFUSED' : 'STORE_UNAVAILABLE';
}

function serverFaultCode(code: unknown): StoreFaultCode {
  if (code === DUPLICATE_CODE) return 'STORE_DUPLICATE';
  return typeof code === 'number' && REFUSING_CODES.has(code) ? 'STORE_REFUSED' : 'STORE_UNAVAILABLE';
}

function bulkFaultCode(error: InstanceType<typeof MongoBulkWriteError>): StoreFaultCode {
  const codes = [error.writeErrors].flat().map((one) => serverFaultCode(one.code));
  if (codes.length === 0 || codes.includes('STORE_UNAVAILABLE')) return 'STORE_UNAVAILABLE';
  return codes.includes('STORE_REFUSED') ? 'STORE_REFUSED' : 'STORE_DUPLICATE';
}

/** True for the server's answer that a unique value is taken. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_CODE;
}

// biome-ignore lint/suspicious/noConfusingVoidType: methods that return nothing belong to an aggregate too
type Calls = Record<string, (...args: never[]) => Promise<unknown | void>>;

const calls = new AsyncLocalStorage<string>();
let areNamed = false;

/** From now on each call of an aggregate can be asked for, as `plans.get`, by what it asks of the server. */
export function nameCalls(): void {
  areNamed = true;
}

/** The call of an aggregate that is under way here, where calls are named. */
export function currentCall(): string | undefined {
  return calls.getStore();
}

/** The same functions; what they throw is a StoreFault, or a RefusalError where they say so. */
export function withFaults<T extends Calls>(aggregate: string, members: T): T {
  const entries = Object.entries(members).map(([name, call]) => {
    const named = `${aggregate}.${name}`;
    const span = `store ${named}`;
    return [
      name,
      async (...args: never[]) => {
        const ask = () => (areNamed ? calls.run(named, () => call(...args)) : call(...args));
        try {
          return await traced(span, ask, 'client');
        } catch (error) {
          throw asFault(named, error);
        }
      },
    ];
  });
  return Object.fromEntries(entries) as T;
}
