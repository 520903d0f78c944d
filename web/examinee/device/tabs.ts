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

/** One answer as the first tab has it, in the words of its page; `text` is '' where it was taken back. */
type ShownLine = {
  readonly item: number;
  readonly title: string;
  readonly text: string;
  readonly truth: string;
};

type Said =
  /** `known`: of how many answers this tab has heard. */
  | { readonly kind: 'who'; readonly known: number }
  | { readonly kind: 'answer'; readonly code: string; readonly line: ShownLine }
  /** Nobody sits there any more: what was shown of them goes. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'state'; readonly summary: TabSummary }
  | { readonly kind: 'yield'; readonly to: string };

export type Tabs = {
  role(): TabRole;
  /** What the first tab said last; undefined before, and when it is silent. */
  first(): TabSummary | undefined;
  /** What the first tab has answered, by item, for reading. */
  answers(): readonly ShownLine[];
  /** The code of who sits at the first tab, also after it is gone; '' where it was never heard. */
  code(): string;
  /** Takes the exam into this tab; resolves when the other has let go. */
  takeOver(): Promise<void>;
  tell(summary: TabSummary): void;
  /** One answer is another one, or safer. */
  tellAnswer(line: ShownLine): void;
  /** Who sat here is through. */
  forget(): void;
};

/** `yielded` lets go of everything, when another tab takes over; the lock is held until it has. */
export function openTabs(yielded: () => Promise<void>): Tabs {
  const [role, setRole] = createSignal<TabRole>('deciding');
  const [first, setFirst] = createSignal<TabSummary>();
  const [answers, setAnswers] = createSignal<readonly ShownLine[]>([]);
  /** Of who sits here. */
  const lines = new Map<number, ShownLine>();
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

  /** Of another person nothing is shown that was said before. */
  function show(summary: TabSummary | undefined, whose: string): void {
    if (whose !== code) setAnswers([]);
    code = whose;
    setFirst(summary);
  }

  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === 'who' && role() === 'first' && last !== undefined) {
      say({ kind: 'state', summary: last });
      if (data.known !== lines.size) for (const line of lines.values()) say({ kind: 'answer', code: last.code, line });
    }
    if (data.kind === 'yield' && data.to !== own && role() === 'first') void letGo();
    if (role() === 'first') return;
    if (data.kind === 'gone') show(undefined, '');
    if (data.kind === 'answer' && data.code === code)
      setAnswers([...answers().filter(({ item }) => item !== data.line.item), data.line]);
    if (data.kind !== 'state') return;
    heardAt = performance.now();
    show(data.summary, data.summary.code);
  };
  setInterval(() => {
    if (role() !== 'second') return;
    say({ kind: 'who', known: answers().length });
    if (performance.now() - heardAt > GONE_MS) setFirst(undefined);
  }, ASK_MS);

  if (navigator.locks === undefined) setRole('first');
  else
    void request({ ifAvailable: true }).then((isOurs) => {
      if (isOurs) return;
      setRole('second');
      say({ kind: 'who', known: 0 });
    });

  return {
    role,
    first,
    answers: () => answers().toSorted((one, other) => one.item - other.item),
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
    tellAnswer(line) {
      lines.set(line.item, line);
      if (role() === 'first' && last !== undefined) say({ kind: 'answer', code: last.code, line });
    },
    forget() {
      last = undefined;
      lines.clear();
      // Who only goes on in another tab is not through: that one still needs to know who it is.
      if (role() === 'first') say({ kind: 'gone' });
    },
  };
}
