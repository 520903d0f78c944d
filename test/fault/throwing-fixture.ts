// Put into production's own processes by `node --import`: one heartbeat that no client sends makes the room's handler
// throw. Imported by throwing.test.ts alone, through NODE_OPTIONS.
import { EXAMINEE_MESSAGES } from '../../rooms/examinee-messages.ts';

/** The instant that makes it throw. */
export const THROWS = -29;

const { heartbeat } = EXAMINEE_MESSAGES;
Object.assign(EXAMINEE_MESSAGES, {
  heartbeat(...given: Parameters<typeof heartbeat>) {
    if (given[2].sentAt === THROWS) throw new Error('thrown on purpose');
    heartbeat(...given);
  },
});
