// One exam, one tab: the first holds a lock of the browser; every other one shows what the first does, and can take its place
// when the person says so. Without locks (an old browser) every tab is the first, and the fence decides.
import { createSignal } from 'solid-js';
import { newId } from '../../../schema/ids.ts';

const LOCK = 'examhall-exam-tab';
const CHANNEL = 'examhall-exam-tab';
/** How long the other tab has to let go before its lock is taken from it. */
const YIELD_MS = 3_000;
const ASK_MS = 1_000;
/** Who has not answered for so long is taken to be gone. */
const GONE_MS = 4_000;

export type TabRole = 'deciding' | 'first' | 'second';

/** What the first tab tells of itself, in the words of its page. */
export type TabSummary = {
  readonly code: string;
  readonly title: string;
  readonly label: string;
  readonly sheet: string;
  readonly network: string;
  readonly timeLeft: string;
};

type Said =
  | { readonly kind: 'who' }
  | { readonly kind: 'state'; readonly summary: TabSummary }
  | { readonly kind: 'yield'; readonly to: string };

export type Tabs = {
  role(): TabRole;
  /** What the first tab said last; undefined before, and when it is silent. */
  first(): TabSummary | undefined;
  /** The code of who sits at the first tab, also after it is gone; '' where it was never heard. */
  code(): string;
  /** Takes the exam into this tab; resolves when the other has let go. */
  takeOver(): Promise<void>;
  tell(summary: TabSummary): void;
};

/** `yielded` lets go of everything, when another tab takes over; the lock is held until it has. */
export function openTabs(yielded: () => Promise<void>): Tabs {
  const [role, setRole] = createSignal<TabRole>('deciding');
  const [first, setFirst] = createSignal<TabSummary>();
  const own = newId();
  const channel = new BroadcastChannel(CHANNEL);
  let release = (): void => {};
  let heardAt = 0;
  let last: TabSummary | undefined;
  let code = '';
  const say = (said: Said) => channel.postMessage(said);

  /** Resolves when it is decided whether the lock is ours. */
  const request = (options: LockOptions) =>
    new Promise<boolean>((resolve) => {
      const whileHeld = (lock: Lock | null) => {
        resolve(lock !== null);
        if (lock === null) return;
        setRole('first');
        return new Promise<void>((done) => {
          release = done;
        });
      };
      navigator.locks.request(LOCK, options, whileHeld).catch(() => {
        resolve(false); // taken by force, or not got in time
        if (role() === 'first') void letGo();
      });
    });

  async function letGo(): Promise<void> {
    setRole('second');
    await yielded();
    release();
  }

  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === 'who' && role() === 'first' && last !== undefined) say({ kind: 'state', summary: last });
    if (data.kind === 'yield' && data.to !== own && role() === 'first') void letGo();
    if (data.kind !== 'state' || role() === 'first') return;
    heardAt = performance.now();
    code = data.summary.code;
    setFirst(data.summary);
  };
  setInterval(() => {
    if (role() !== 'second') return;
    say({ kind: 'who' });
    if (performance.now() - heardAt > GONE_MS) setFirst(undefined);
  }, ASK_MS);

  if (navigator.locks === undefined) setRole('first');
  else
    void request({ ifAvailable: true }).then((isOurs) => {
      if (isOurs) return;
      setRole('second');
      say({ kind: 'who' });
    });

  return {
    role,
    first,
    code: () => code,
    async takeOver() {
      say({ kind: 'yield', to: own });
      const isOurs = await request({ signal: AbortSignal.timeout(YIELD_MS) });
      if (!isOurs) void request({ steal: true });
    },
    tell(summary) {
      last = summary;
      if (role() === 'first') say({ kind: 'state', summary });
    },
  };
}
