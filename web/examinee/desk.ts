// Where somebody sits down: from a code to a session, one at a time. Goes on trying by itself where that helps, and says what
// to do where it does not.
import { createSignal } from 'solid-js';
import { enterExam } from '../../client/enter-exam.ts';
import { indexedDbOutbox } from '../../client/outbox-indexeddb.ts';
import { type Refusal, type RefusalCode, RefusalError } from '../../schema/refusals.ts';
import { deviceKey } from './device/device-key.ts';
import { forgetHeard, readHeard } from './device/heard.ts';
import { type OwnMarks, openMarks } from './device/marks.ts';
import { forgetCode, keepCode } from './device/own-code.ts';
import { forgetReceipt, type KeptReceipt, keptReceipt } from './device/own-receipt.ts';
import { createSitting, type Sitting } from './session/sitting.ts';

export const OUTBOX = 'examhall-outbox';

export type Desk =
  | { readonly kind: 'free'; readonly code?: string; readonly refusal?: Refusal }
  | {
      readonly kind: 'entering';
      readonly code: string;
      readonly reason?: RefusalCode | 'NETWORK';
      readonly at?: number;
    }
  /** The exam of this code is over, and this tab has its receipt. */
  | { readonly kind: 'past'; readonly receipt: KeptReceipt }
  | { readonly kind: 'taken'; readonly sitting: Sitting; readonly marks: OwnMarks };

export type DeskControl = {
  desk(): Desk;
  /** Enters with this code, tidied already; with a room who sits elsewhere is not let in, and told where. */
  enter(code: string, roomId?: string): Promise<void>;
  /** Leaves or gives up entering. The code stays for this tab, unless the person is through. */
  leave(isThrough: boolean): Promise<void>;
};

export function openDesk(): DeskControl {
  const [desk, setDesk] = createSignal<Desk>({ kind: 'free' });
  let giveUp = new AbortController();

  async function enter(code: string, roomId?: string): Promise<void> {
    giveUp.abort();
    giveUp = new AbortController();
    const { signal } = giveUp;
    let isStorageBroken = false;
    keepCode(code); // also while it waits: a reload goes on waiting
    setDesk({ kind: 'entering', code });
    try {
      const session = await enterExam({
        url: location.origin,
        code,
        deviceKey: deviceKey(),
        storage: indexedDbOutbox(OUTBOX),
        signal,
        ...(roomId === undefined ? {} : { roomId }),
        waiting: ({ reason, refusal }) =>
          setDesk({ kind: 'entering', code, reason, ...(refusal?.at === undefined ? {} : { at: refusal.at }) }),
        log(level) {
          if (level === 'warn' && desk().kind === 'entering') isStorageBroken = true; // all that it warns of before entering
        },
      });
      const { examineeId } = session.info.examinee;
      const sitting = createSitting(session, isStorageBroken, readHeard(examineeId));
      setDesk({ kind: 'taken', sitting, marks: openMarks(examineeId) });
    } catch (cause) {
      if (signal.aborted) return;
      if (!(cause instanceof RefusalError)) throw cause;
      const receipt = cause.refusal.refused === 'EXAM_ENDED' ? keptReceipt(code) : undefined;
      if (receipt !== undefined) return void setDesk({ kind: 'past', receipt });
      forgetCode();
      setDesk({ kind: 'free', code, refusal: cause.refusal });
    }
  }

  async function leave(isThrough: boolean): Promise<void> {
    giveUp.abort();
    const now = desk();
    if (isThrough) {
      forgetCode();
      forgetReceipt();
      if (now.kind === 'taken') forgetHeard(now.sitting.now.info.examinee.examineeId);
    }
    setDesk({ kind: 'free' });
    if (now.kind === 'taken') await now.sitting.session.leave();
  }

  return { desk, enter, leave };
}
