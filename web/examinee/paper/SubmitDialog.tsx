// Before the sheet is submitted: what is open, flagged or not saved yet, each a way back to it. Then the wait, in plain words.
import { For, Match, Show, Switch } from 'solid-js';
import type { Item } from '../../../schema/answers.ts';
import { Dialog } from '../../shared/Dialog.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { usePaper } from './open-paper.ts';

export function SubmitDialog(props: { readonly onClose: () => void }) {
  const seat = useSeat();
  const paper = usePaper();
  const { now } = seat.sitting;
  const isAsked = () => now.submitting.kind === 'asked';
  const go = (number: number) => {
    paper.goToItem(number);
    props.onClose();
  };
  return (
    <Dialog title={t().submit.title} onClose={() => props.onClose()}>
      <Switch
        fallback={
          <>
            <Show when={now.submitting.kind === 'failed'}>
              <section class="told bad" role="alert">
                <p>
                  <strong>{t().submit.failed}</strong>
                </p>
                <p>{t().submit.failedNext}</p>
              </section>
            </Show>
            <Show
              when={paper.open().length > 0}
              fallback={<p class="told good">{t().submit.allAnswered(paper.index().items.length)}</p>}
            >
              <Group items={paper.open()} say={t().submit.open} onGo={go} />
            </Show>
            <Group items={paper.underway()} say={t().submit.underway} onGo={go} />
            <Group items={paper.unread()} say={t().submit.unread} onGo={go} />
            <Group items={paper.flagged()} say={t().submit.flagged} onGo={go} />
            <Group items={paper.unsaved()} say={t().submit.unsaved} onGo={go} />
            <p>
              <strong>{t().submit.final}</strong>
            </p>
            <div class="row">
              <button type="button" class="primary" onClick={() => void seat.sitting.submit()}>
                {t().submit.yes}
              </button>
              {/* The focus is on what can be taken back: a second press of Enter submits nothing. */}
              <button type="button" autofocus onClick={() => props.onClose()}>
                {t().submit.no}
              </button>
            </div>
          </>
        }
      >
        <Match when={isAsked()}>
          <div role="status">
            <p>
              <strong>{t().submit.asked}</strong>
            </p>
            <Show when={paper.unsaved().length > 0}>
              <p>{t().submit.askedUnsaved(paper.unsaved().length)}</p>
            </Show>
            <Show when={seat.around().link !== 'online' && seat.around().link !== 'trouble'}>
              <p class="told warn">{t().submit.askedOffline}</p>
            </Show>
          </div>
        </Match>
      </Switch>
    </Dialog>
  );
}

type GroupProps = {
  readonly items: readonly Item[];
  readonly say: (count: number) => string;
  readonly onGo: (number: number) => void;
};

function Group(props: GroupProps) {
  const paper = usePaper();
  const place = (item: Item) => paper.index().items.indexOf(item) + 1;
  return (
    <Show when={props.items.length > 0}>
      <section class="told warn">
        <p>{props.say(props.items.length)}</p>
        <Show when={paper.navigation() === 'free'}>
          <ul class="plain row">
            <For each={props.items}>
              {(item) => (
                <li>
                  <button
                    type="button"
                    class="entry"
                    aria-label={t().submit.goTo(place(item))}
                    onClick={() => props.onGo(item.number)}
                  >
                    {place(item)}
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </section>
    </Show>
  );
}
