// The process's log: JSON lines, each with the request that it is there for. The level may be changed while it runs, for all
// parts at once: a logger of theirs keeps no level of its own. Counts what is written. Made by the composition root.
import { type DestinationStream, type Logger, pino } from 'pino';
import { namedRequest } from './request-id.ts';
import { LOG_LEVELS } from './schema/metrics.ts';

export type LogLevel = (typeof LOG_LEVELS)[number] | 'silent';

export type ProcessLog = {
  readonly log: Logger;
  level(): LogLevel;
  setLevel(level: LogLevel): void;
  /** Lines written so far, by level. */
  lines(): Readonly<Record<(typeof LOG_LEVELS)[number], number>>;
};

const NOTHING_IS_THAT_HIGH = Number.POSITIVE_INFINITY;

/** `to`: where the lines go, if not to the standard output. */
export function createProcessLog(first: LogLevel, to?: DestinationStream): ProcessLog {
  const counts = { debug: 0, info: 0, warn: 0, error: 0, fatal: 0 };
  let level = first;
  let least = numberOf(first);
  const log = pino(
    {
      level: 'debug',
      base: { pid: process.pid },
      mixin: () => ({ ...namedRequest() }),
      hooks: {
        logMethod(args, write, number) {
          if (number < least) return;
          const name = pino.levels.labels[number];
          if (isLevel(name)) counts[name]++;
          write.apply(this, args);
        },
      },
    },
    to ?? pino.destination(1),
  );
  return {
    log,
    level: () => level,
    setLevel(next) {
      level = next;
      least = numberOf(next);
    },
    lines: () => counts,
  };
}

function numberOf(level: LogLevel): number {
  return level === 'silent' ? NOTHING_IS_THAT_HIGH : (pino.levels.values[level] ?? 0);
}

function isLevel(name: string | undefined): name is (typeof LOG_LEVELS)[number] {
  return (LOG_LEVELS as readonly (string | undefined)[]).includes(name);
}
