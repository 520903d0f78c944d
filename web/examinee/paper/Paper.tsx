// The paper: what is always on the screen above, the list of questions beside, and one question.
import { createEffect, createSignal, on, Show } from 'solid-js';
import { createShortcuts } from '../../shared/shortcuts.ts';
import { Heading } from '../Heading.tsx';
import { Choices } from '../notices/Choices.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { ForwardDialog } from './ForwardDialog.tsx';
import { ItemList } from './ItemList.tsx';
import { ItemView } from './ItemView.tsx';
import { openPaper, PaperProvider } from './open-paper.ts';
import { PaperHeader } from './PaperHeader.tsx';
import { SubmitDialog } from './SubmitDialog.tsx';
import { SHORTCUTS, type ShortcutAction } from './shortcut-keys.ts';
import './paper.css';

export function Paper() {
  const seat = useSeat();
  const { now } = seat.sitting;
  const paper = openPaper(seat);
  const [isSubmitting, setSubmitting] = createSignal(false);
  const [isLeaving, setLeaving] = createSignal(false);
  let heading: HTMLHeadingElement | undefined;

  const next = () => {
    if (paper.place() + 1 >= paper.index().items.length) return;
    if (paper.navigation() === 'forward') setLeaving(true);
    else paper.go(paper.place() + 1);
  };
  const previous = () => paper.navigation() === 'free' && paper.go(paper.place() - 1);
  const shortcuts = createShortcuts<ShortcutAction>('examinee', SHORTCUTS, (action) => {
    if (action === 'next') next();
    if (action === 'previous') previous();
    const item = paper.item();
    if (action === 'flag' && item !== undefined)
      seat.marks.flag(item.number, !seat.marks.now.flags.includes(item.number));
  });
  // Another question: the focus goes along, so that it is read from its beginning.
  createEffect(on(paper.place, () => heading?.focus({ preventScroll: false }), { defer: true }));

  return (
    <PaperProvider value={paper}>
      <a class="skip unseen button" href="#question">
        {t().paper.skip}
      </a>
      <PaperHeader shortcuts={shortcuts} onSubmit={() => setSubmitting(true)} />
      <div class="desk">
        <ItemList />
        <main class="question stack" id="question" tabindex="-1">
          <div class="unseen">
            <Heading>{now.info.plan.name}</Heading>
          </div>
          <Show when={now.room.locked}>
            <section class="told warn" role="status">
              <p>
                <strong>{t().paper.locked}</strong>
              </p>
              <p>{t().paper.lockedNext}</p>
            </section>
          </Show>
          <Choices />
          <Show when={paper.item()} keyed>
            {(item) => (
              <ItemView
                item={item}
                heading={(made) => {
                  heading = made;
                }}
                onNext={next}
                onPrevious={previous}
                onSubmit={() => setSubmitting(true)}
              />
            )}
          </Show>
        </main>
      </div>
      <Show when={isLeaving()}>
        <ForwardDialog
          onStay={() => setLeaving(false)}
          onGo={() => {
            setLeaving(false);
            paper.go(paper.place() + 1);
          }}
        />
      </Show>
      <Show when={isSubmitting()}>
        <SubmitDialog onClose={() => setSubmitting(false)} />
      </Show>
    </PaperProvider>
  );
}
