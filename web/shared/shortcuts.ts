// Single-key shortcuts that a person can switch off and change (WCAG 2.1.4). They never fire while somebody types, with a
// modifier, or behind an open dialog. Kept on this device under the page's name.
import { createSignal, onCleanup } from 'solid-js';

export type Shortcuts<A extends string> = {
  /** The key of each action, lower case; '' where it has none. */
  keys(): Readonly<Record<A, string>>;
  isOn(): boolean;
  setOn(on: boolean): void;
  /** False where the key is no single letter or digit, or another action has it. */
  change(action: A, key: string): boolean;
  reset(): void;
};

type Kept<A extends string> = { readonly on: boolean; readonly keys: Readonly<Record<A, string>> };

/** Listens on the document as long as the owner lives. */
export function createShortcuts<A extends string>(
  page: string,
  defaults: Readonly<Record<A, string>>,
  run: (action: A) => void,
): Shortcuts<A> {
  const name = `examhall.${page}.shortcuts`;
  const [kept, setKept] = createSignal<Kept<A>>(read(name, defaults));
  const become = (next: Kept<A>) => {
    setKept(() => next);
    try {
      localStorage.setItem(name, JSON.stringify(next));
    } catch {
      return; // holds for this page alone
    }
  };
  const hear = (event: KeyboardEvent) => {
    if (!kept().on || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    const key = event.key.toLowerCase();
    const action = (Object.keys(kept().keys) as A[]).find((one) => kept().keys[one] === key);
    if (action === undefined) return;
    event.preventDefault();
    run(action);
  };
  document.addEventListener('keydown', hear);
  onCleanup(() => document.removeEventListener('keydown', hear));
  return {
    keys: () => kept().keys,
    isOn: () => kept().on,
    setOn: (on) => become({ ...kept(), on }),
    change(action, key) {
      const next = key.toLowerCase();
      const { keys } = kept();
      const isFree = (Object.keys(keys) as A[]).every((one) => one === action || keys[one] !== next);
      if (!/^(|[\p{L}\p{N}])$/u.test(next) || (next !== '' && !isFree)) return false;
      become({ ...kept(), keys: { ...keys, [action]: next } });
      return true;
    },
    reset: () => become({ on: true, keys: defaults }),
  };
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && ['radio', 'checkbox'].includes(target.type)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

function read<A extends string>(name: string, defaults: Readonly<Record<A, string>>): Kept<A> {
  try {
    const given: unknown = JSON.parse(localStorage.getItem(name) ?? 'null');
    if (typeof given !== 'object' || given === null) return { on: true, keys: defaults };
    const { on, keys } = given as { on?: unknown; keys?: Record<string, unknown> };
    const actions = Object.keys(defaults) as A[];
    const own = actions.map((action) => [action, typeof keys?.[action] === 'string' ? keys[action] : defaults[action]]);
    return { on: on !== false, keys: Object.fromEntries(own) as Record<A, string> };
  } catch {
    return { on: true, keys: defaults };
  }
}
