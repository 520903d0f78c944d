// One question: its section, its text, the answer, how safe that is, and the way on.
import { Match, Show, Switch } from 'solid-js';
import type { Item } from '../../../schema/answers.ts';
import { RichText } from '../../shared/RichText.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { ChoiceAnswer } from './ChoiceAnswer.tsx';
import { EssayAnswer } from './EssayAnswer.tsx';
import { FileAnswer } from './FileAnswer.tsx';
import { NumberAnswer } from './NumberAnswer.tsx';
import { usePaper } from './open-paper.ts';
import { sectionOf } from './paper-index.ts';
import { ShortAnswer } from './ShortAnswer.tsx';
import { TruthLine } from './TruthLine.tsx';

type Props = {
  readonly item: Item;
  readonly heading: (element: HTMLHeadingElement) => void;
  readonly onNext: () => void;
  readonly onPrevious: () => void;
  readonly onSubmit: () => void;
};

export function ItemView(props: Props) {
  const seat = useSeat();
  const paper = usePaper();
  const number = () => props.item.number;
  const section = () => sectionOf(paper.index(), number());
  const isFlagged = () => seat.marks.now.flags.includes(number());
  const isLast = () => paper.place() + 1 >= paper.index().items.length;
  return (
    <article class="card stack" aria-labelledby="question-heading">
      <Show when={section()}>
        {(own) => (
          <section class="section-text" aria-label={own().title}>
            <h2 dir="auto">{own().title}</h2>
            <RichText text={own().text} pictures={paper.pictures()} />
          </section>
        )}
      </Show>
      <div class="row spread">
        <h2 id="question-heading" tabindex="-1" ref={(made) => props.heading(made)}>
          {t().paper.heading(paper.place() + 1, paper.index().items.length)}
        </h2>
        <button
          type="button"
          class="quiet flag"
          aria-pressed={isFlagged()}
          onClick={() => seat.marks.flag(number(), !isFlagged())}
        >
          <span aria-hidden="true">{isFlagged() ? '⚑ ' : '⚐ '}</span>
          {isFlagged() ? t().paper.flagged : t().paper.flag}
        </button>
      </div>
      <div id="question-text">
        <RichText text={props.item.text} pictures={paper.pictures()} />
      </div>
      <fieldset class="answer" disabled={!seat.isWritable()} aria-describedby="question-text">
        <Switch>
          <Match when={props.item.kind === 'singleChoice' || props.item.kind === 'multipleChoice'}>
            <ChoiceAnswer item={props.item} />
          </Match>
          <Match when={props.item.kind === 'shortText'}>
            <ShortAnswer item={props.item} />
          </Match>
          <Match when={props.item.kind === 'number'}>
            <NumberAnswer item={props.item} />
          </Match>
          <Match when={props.item.kind === 'essay'}>
            <EssayAnswer item={props.item} />
          </Match>
          <Match when={props.item.kind === 'file'}>
            <FileAnswer item={props.item} />
          </Match>
        </Switch>
      </fieldset>
      <TruthLine item={number()} />
      <div class="row spread steps">
        <Show when={paper.navigation() === 'free'} fallback={<span />}>
          <button type="button" disabled={paper.place() === 0} onClick={() => props.onPrevious()}>
            ← {t().paper.previous}
          </button>
        </Show>
        <Show
          when={!isLast()}
          fallback={
            <button type="button" onClick={() => props.onSubmit()}>
              {t().paper.last}
            </button>
          }
        >
          <button type="button" class="primary" onClick={() => props.onNext()}>
            {t().paper.next} →
          </button>
        </Show>
      </div>
    </article>
  );
}
