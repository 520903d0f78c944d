// Files on their way to be answers, by item: they go on while the person works at other questions. Ends with the page; the
// same file chosen again goes on where it was. Made with the sitting, shown by paper/FileAnswer.tsx.
import { createStore, produce } from 'solid-js/store';
import type { ExamSession } from '../../../client/session.ts';
import { type RefusalCode, RefusalError } from '../../../schema/refusals.ts';

/** `offset`: how many of its bytes the server has. */
export type Brought =
  | { readonly kind: 'sending'; readonly name: string; readonly bytes: number; readonly offset: number }
  | { readonly kind: 'failed'; readonly name: string; readonly code: RefusalCode | 'UNREADABLE' };

export type Bringing = {
  readonly now: Readonly<Record<number, Brought>>;
  /** In the place of what is on its way to this item. */
  bring(item: number, file: File): void;
  stop(item: number): void;
};

export function createBringing(session: Pick<ExamSession, 'answerFile'>, answered: (item: number) => void): Bringing {
  const [now, set] = createStore<Record<number, Brought>>({});
  const under = new Map<number, AbortController>();

  function stop(item: number): void {
    under.get(item)?.abort();
    under.delete(item);
    set(produce((all) => void delete all[item]));
  }

  async function run(item: number, file: File, own: AbortController): Promise<void> {
    const { name, size: bytes } = file;
    const isOwn = () => under.get(item) === own;
    const progress = (offset: number) => isOwn() && set(item, { kind: 'sending', name, bytes, offset });
    try {
      await session.answerFile(item, file, name, { progress, signal: own.signal });
      if (!isOwn()) return;
      stop(item);
      answered(item);
    } catch (cause) {
      if (!isOwn()) return; // stopped, or another file took its place
      under.delete(item);
      set(item, { kind: 'failed', name, code: cause instanceof RefusalError ? cause.refusal.refused : 'UNREADABLE' });
    }
  }

  return {
    now,
    stop,
    bring(item, file) {
      stop(item);
      const own = new AbortController();
      under.set(item, own);
      set(item, { kind: 'sending', name: file.name, bytes: file.size, offset: 0 });
      void run(item, file, own);
    },
  };
}
