// All questions with what is to be known of each: answered, flagged, not saved yet. Open beside the paper where there is room.
import { createSignal, For, Show } from 'solid-js';
import { useSeat } from '../seat.ts';
import { isAnswered } from '../session/truth.ts';
import { t } from '../texts/texts.ts';
import { usePaper } from './open-paper.ts';
import { bySection, mayGo } from './paper-index.ts';

const WIDE = '(min-width: 60rem)';

export function ItemList() {
  const paper = usePaper();
  const [isOpen, setOpen] = createSignal(matchMedia(WIDE).matches);
  const answered = () => paper.index().items.length - paper.open().length;
  return (
    <nav class="list" aria-label={t().paper.list}>
      <button type="button" aria-expanded={isOpen()} aria-controls="items" onClick={() => setOpen(!isOpen())}>
        <span aria-hidden="true">{isOpen() ? '▾ ' : '▸ '}</span>
        {t().paper.list}: {t().paper.listSummary(answered(), paper.index().items.length)}
      </button>
      <div id="items" hidden={!isOpen()}>
        <Show when={paper.navigation() === 'forward'}>
          <p class="hint">{t().paper.forwardOnly}</p>
        </Show>
        <For each={bySection(paper.index())}>
          {(group) => (
            <>
              <Show when={group.section}>
                {(section) => (
                  <h2 class="section" dir="auto">
                    {section().title}
                  </h2>
                )}
              </Show>
              <ol class="items">
                <For each={group.items}>{(item) => <Entry number={item.number} />}</For>
              </ol>
            </>
          )}
        </For>
        <p class="hint legend">
          <span class="sign">
            <span class="entry answered" aria-hidden="true" /> {t().paper.states.answered}
          </span>
          <span class="sign">
            <span class="entry" aria-hidden="true" /> {t().paper.states.open}
          </span>
          <span class="sign">
            <span aria-hidden="true">⚑</span> {t().paper.states.flagged}
          </span>
          <span class="sign">
            <span aria-hidden="true">!</span> {t().paper.states.unsaved}
          </span>
        </p>
      </div>
    </nav>
  );
}

function Entry(props: { readonly number: number }) {
  const seat = useSeat();
  const paper = usePaper();
  const { now } = seat.sitting;
  const place = () => paper.index().items.findIndex(({ number }) => number === props.number);
  const hasAnswer = () => isAnswered(now.answers[props.number]);
  const isFlagged = () => seat.marks.now.flags.includes(props.number);
  const isUnsaved = () => {
    const { kind } = seat.truth(props.number);
    return kind === 'waiting' || kind === 'refused';
  };
  const isHere = () => paper.place() === place();
  const isClosed = () => !mayGo(paper.navigation(), paper.reached(), place());
  const name = () => {
    const { states } = t().paper;
    const said = [hasAnswer() ? states.answered : states.open];
    if (isFlagged()) said.push(states.flagged);
    if (isUnsaved()) said.push(states.unsaved);
    if (isClosed()) said.push(states.closed);
    return `${t().paper.listItem(place() + 1)}: ${said.join(', ')}`;
  };
  return (
    <li>
      <button
        type="button"
        class="entry"
        classList={{ answered: hasAnswer(), unsaved: isUnsaved() }}
        aria-label={name()}
        aria-current={isHere() ? 'step' : undefined}
        disabled={isClosed() || (paper.navigation() === 'forward' && !isHere())}
        onClick={() => paper.go(place())}
      >
        <span class="number">{place() + 1}</span>
        <Show when={isFlagged()}>
          <span class="mark" aria-hidden="true">
            ⚑
          </span>
        </Show>
        <Show when={isUnsaved()}>
          <span class="mark low" aria-hidden="true">
            !
          </span>
        </Show>
      </button>
    </li>
  );
}
