// A text of the paper: paragraphs, pictures and formulas. Everything else is text, whatever it looks like.
import { createMemo, For, Match, Show, Switch } from 'solid-js';
import { paragraphsOf, type TextPart } from '../../schema/paper-text.ts';
import { Formula } from './Formula.tsx';

/** A picture of the paper, as an address that this page made. */
export type ShownPicture = { readonly address: string; readonly alt: string };

type Props = {
  readonly text: string;
  readonly pictures?: ReadonlyMap<string, ShownPicture>;
  /** In a line of its own, as an option's text, without paragraphs. */
  readonly inline?: boolean;
};

export function RichText(props: Props) {
  const paragraphs = createMemo(() => paragraphsOf(props.text));
  const parts = (list: readonly TextPart[]) => (
    <For each={list}>{(part) => <Part part={part} pictures={props.pictures} />}</For>
  );
  return (
    <Show
      when={props.inline === true}
      fallback={
        <For each={paragraphs()}>
          {(paragraph) => (
            <p class="rich" dir="auto">
              {parts(paragraph)}
            </p>
          )}
        </For>
      }
    >
      <span class="rich" dir="auto">
        <For each={paragraphs()}>{(paragraph) => parts(paragraph)}</For>
      </span>
    </Show>
  );
}

function Part(props: { readonly part: TextPart; readonly pictures: ReadonlyMap<string, ShownPicture> | undefined }) {
  const picture = () => (props.part.kind === 'picture' ? props.pictures?.get(props.part.name) : undefined);
  return (
    <Switch>
      <Match when={props.part.kind === 'text' && props.part}>{(part) => <>{part().text}</>}</Match>
      <Match when={props.part.kind === 'formula' && props.part}>
        {(part) => <Formula source={part().source} display={part().display} />}
      </Match>
      <Match when={picture()}>{(found) => <img class="picture" src={found().address} alt={found().alt} />}</Match>
    </Switch>
  );
}
