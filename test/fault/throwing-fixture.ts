// Put into production's own processes by `node --import`: heartbeats that no client sends make the room's handler throw, or
// leave a rejection that nobody hears, one as Redis causes them and one that is a bug. Imported by throwing.test.ts alone,
// through NODE_OPTIONS.
import { EXAMINEE_MESSAGES } from '../../rooms/examinee-messages.ts';

/** The instants that make it throw, or float. */
export const THROWS = -29;
export const FLOATS = -2;
export const FLOATS_AS_A_BUG = -3;

const { heartbeat } = EXAMINEE_MESSAGES;
Object.assign(EXAMINEE_MESSAGES, {
  heartbeat(...given: Parameters<typeof heartbeat>) {
    if (given[2].sentAt === THROWS) throw new Error('thrown on purpose');
    if (given[2].sentAt === FLOATS) void Promise.reject(new Error('Connection is closed.'));
    if (given[2].sentAt === FLOATS_AS_A_BUG) void Promise.reject(new Error('floats on purpose'));
    heartbeat(...given);
  },
});
