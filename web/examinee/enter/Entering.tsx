// On the way in: what it waits for, that it goes on by itself, and what a person can do.
import { Show } from 'solid-js';
import type { RefusalCode } from '../../../schema/refusals.ts';
import { dayText } from '../../shared/time.ts';
import { Heading } from '../Heading.tsx';
import { t } from '../texts/texts.ts';

type Props = {
  readonly reason: RefusalCode | 'NETWORK' | undefined;
  /** The instant that it is about, epoch ms: the planned start of a room that is not open. */
  readonly at: number | undefined;
  readonly onCancel: () => Promise<void>;
};

export function Entering(props: Props) {
  const said = (reason: string) => {
    const known: Record<string, { readonly what: string; readonly next: string }> = t().enter.waiting;
    return known[reason] ?? t().enter.waiting.other;
  };
  return (
    <main class="screen stack">
      <Show when={props.reason} fallback={<Heading>{t().enter.entering}</Heading>}>
        {(reason) => (
          <>
            <Heading>{t().enter.waitingTitle}</Heading>
            <section class="told warn" role="status">
              <p>
                <strong>{said(reason()).what}</strong>
              </p>
              <Show when={props.reason === 'ROOM_NOT_OPEN' && props.at}>
                {(at) => <p>{t().enter.plannedAt(dayText(at()))}</p>}
              </Show>
              <p>{said(reason()).next}</p>
            </section>
          </>
        )}
      </Show>
      <div class="row">
        <button type="button" onClick={() => void props.onCancel()}>
          {t().enter.cancel}
        </button>
      </div>
    </main>
  );
}
