// The matchmaker's own statistics report to PM2 by @pm2/io, wherever that lies among the packages, which it does where those
// of the tests are installed. It would watch the whole process: an inspector that stays open, a hook around every request,
// a count of all handles each second, and an end of its own for what nobody caught. Must run before the matchmaker is set up.
// Called by exams.ts.

/** By this @pm2/io finds that it is there already, and does not begin. */
const KEY = Symbol.for('@pm2/io');

/** Puts something in its place that takes the two figures and drops them: our metrics have both. */
export function keepPm2Out(): void {
  Object.defineProperty(globalThis, KEY, { value: { metric: () => undefined }, configurable: true });
}
