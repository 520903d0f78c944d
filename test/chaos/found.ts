// Schedules that once found something, as they were. Each is played again by found.long.ts.
import type { Schedule } from '../../chaos/schedule.ts';

export const FOUND: readonly (Schedule & { readonly what: string })[] = [
  {
    what: 'a rooms process ended because Redis, whose disk was full, refused what the framework wrote',
    seed: 491_610,
    seconds: 8,
    faults: [
      { kind: 'slow fsync', target: 'redis', way: 'both', at: 1_580, ms: 814, size: 87 },
      { kind: 'full disk', target: 'redis', way: 'both', at: 3_577, ms: 690, size: 0 },
      { kind: 'half-open clients', target: 'network-1', way: 'down', at: 3_975, ms: 3_684, size: 1 },
      { kind: 'stop engine', target: 'mongodb', way: 'both', at: 4_486, ms: 1_486, size: 0 },
    ],
  },
  {
    what: 'the board of a room that was made anew showed nothing of whoever had submitted before',
    seed: 2_004,
    seconds: 8,
    faults: [
      { kind: 'cut redis', target: 'api', way: 'both', at: 1196, ms: 0, size: 0 },
      { kind: 'slow fsync', target: 'redis', way: 'both', at: 1253, ms: 1016, size: 118 },
      { kind: 'kill rooms', target: 'rooms-1', way: 'both', at: 1334, ms: 1044, size: 0 },
      { kind: 'cut engine', target: 'rooms-1', way: 'both', at: 1431, ms: 0, size: 0 },
      { kind: 'slow fsync', target: 'mongodb', way: 'both', at: 1914, ms: 3554, size: 130 },
      { kind: 'stop rooms', target: 'rooms-2', way: 'both', at: 3438, ms: 2363, size: 0 },
    ],
  },
];
