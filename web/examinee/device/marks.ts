// What a person notes on the paper for nobody else: flags, options that are struck out, the question that was open, how far
// it was gone, and numbers that are not finished. Kept on this device, under the examinee, and never sent.
import { createStore } from 'solid-js/store';
import { forget, keep, readKept } from './kept.ts';

export type Marks = {
  readonly flags: readonly number[];
  readonly struck: Readonly<Record<number, readonly string[]>>;
  readonly unread: Readonly<Record<number, string>>;
  /** The place in the paper that is open, and the furthest that was. */
  readonly place: number;
  readonly reached: number;
  /** The rules were accepted, and it was said that this is the right person. */
  readonly hasAgreed: boolean;
};

export const NO_MARKS: Marks = { flags: [], struck: {}, unread: {}, place: 0, reached: 0, hasAgreed: false };

export type OwnMarks = {
  readonly now: Marks;
  flag(item: number, isFlagged: boolean): void;
  strike(item: number, option: string, isStruck: boolean): void;
  /** What stands in the field of a number and is none; '' for nothing. */
  unread(item: number, text: string): void;
  go(place: number): void;
  agree(): void;
  forget(): void;
};

const nameOf = (examineeId: string) => `examhall.marks.${examineeId}`;

export function openMarks(examineeId: string): OwnMarks {
  const [now, set] = createStore<Marks>(marksOf(readKept(nameOf(examineeId))));
  const change = (next: Partial<Marks>) => {
    set(next);
    keep(nameOf(examineeId), now);
  };
  return {
    now,
    flag: (item, isFlagged) => change({ flags: withOrWithout(now.flags, item, isFlagged) }),
    strike: (item, option, isStruck) =>
      change({ struck: { ...now.struck, [item]: withOrWithout(now.struck[item] ?? [], option, isStruck) } }),
    unread: (item, text) => change({ unread: { ...now.unread, [item]: text } }),
    go: (place) => change({ place, reached: Math.max(place, now.reached) }),
    agree: () => change({ hasAgreed: true }),
    forget: () => forget(nameOf(examineeId)),
  };
}

function withOrWithout<T>(all: readonly T[], one: T, isIn: boolean): readonly T[] {
  const rest = all.filter((other) => other !== one);
  return isIn ? [...rest, one] : rest;
}

/** What was kept, as far as it is known here. */
export function marksOf(kept: unknown): Marks {
  if (typeof kept !== 'object' || kept === null) return NO_MARKS;
  const given = kept as Partial<Record<keyof Marks, unknown>>;
  const record = <V>(value: unknown, fits: (one: unknown) => one is V): Record<number, V> =>
    typeof value === 'object' && value !== null
      ? (Object.fromEntries(Object.entries(value).filter(([, one]) => fits(one))) as Record<number, V>)
      : {};
  const place = (value: unknown) => (Number.isInteger(value) && Number(value) >= 0 ? Number(value) : 0);
  return {
    flags: Array.isArray(given.flags) ? given.flags.filter((one) => Number.isInteger(one)) : [],
    struck: record(given.struck, isTexts),
    unread: record(given.unread, (one): one is string => typeof one === 'string'),
    place: place(given.place),
    reached: place(given.reached),
    hasAgreed: given.hasAgreed === true,
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
