// Brings notices to everybody who is to be told, and tries again what did not arrive, for ten minutes: by then somebody else
// has looked. Bounded; what is given up is an error in the log. Called by watch.ts.
import type { Logger } from 'pino';
import type { AlarmNotice, Teller } from './notice.ts';

const GIVEN_UP_MS = 600_000;
/** The newest are kept: an old alarm that nobody could be told of is history. */
const MOST = 200;

type Waiting = { readonly notice: AlarmNotice; readonly teller: Teller; readonly since: number };

export function createDelivery(tellers: readonly Teller[], log: Logger) {
  let waiting: Waiting[] = [];

  function giveUp({ notice, teller }: Waiting): void {
    log.error({ alarm: notice.alarm, state: notice.state, teller: teller.name }, 'nobody could be told of an alarm');
  }

  /** Whether it is done with. Never rejects. */
  async function tell(one: Waiting): Promise<boolean> {
    const { notice, teller, since } = one;
    try {
      await teller.tell(notice);
      return true;
    } catch (error) {
      log.warn({ err: error, alarm: notice.alarm, teller: teller.name }, 'an alarm was not told, trying again');
      if (performance.now() - since < GIVEN_UP_MS) return false;
      giveUp(one);
      return true;
    }
  }

  /** One after the other, in order: what is over must not arrive before what began. Never rejects. */
  async function tellInOrder(ofOne: readonly Waiting[]): Promise<Waiting[]> {
    for (const [index, one] of ofOne.entries()) if (!(await tell(one))) return ofOne.slice(index);
    return [];
  }

  return {
    add(notice: AlarmNotice): void {
      const since = performance.now();
      waiting.push(...tellers.map((teller) => ({ notice, teller, since })));
      for (const one of waiting.splice(0, Math.max(0, waiting.length - MOST))) giveUp(one);
    },
    /** Never rejects. A teller that is away holds up no other. */
    async deliver(): Promise<void> {
      const all = waiting;
      waiting = [];
      const left = await Promise.all(tellers.map((teller) => tellInOrder(all.filter((one) => one.teller === teller))));
      waiting = [...left.flat(), ...waiting];
    },
  };
}
