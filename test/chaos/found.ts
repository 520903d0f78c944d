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
];
