// One raised hand: the question, an answer to it, or closing it. Where another proctor was faster it says so and shows what
// became of it.
import { createSignal, createUniqueId, Show } from 'solid-js';
import type { CallView } from '../../../schema/replies.ts';
import { useDesk } from '../desk.ts';
import { PersonButton } from '../PersonButton.tsx';
import { ageText } from '../seconds.ts';
import { t } from '../texts/texts.ts';
import { toldOf } from '../told.ts';

export function Hand(props: { readonly id: string; readonly isInPanel?: boolean }) {
  const { board } = useDesk();
  const call = () => board.calls[props.id];
  return (
    <Show when={call()}>
      {(one) => (
        <div class="hand" classList={{ stale: !board.isCurrent(one().roomId) }}>
          <p class="row">
            <Show when={props.isInPanel !== true}>
              <PersonButton id={one().examineeId} />
            </Show>
            <span dir="auto" class="question">
              {one().question === '' ? t().calls.noQuestion : one().question}
            </span>
            <span class="hint">{t().calls.since(ageText(one().at))}</span>
          </p>
          <Show when={one().state === 'open'} fallback={<Over call={one()} />}>
            <Answering call={one()} />
          </Show>
        </div>
      )}
    </Show>
  );
}

function Over(props: { readonly call: CallView }) {
  return (
    <p class="hint">
      {t().calls.states[props.call.state]}
      <Show when={props.call.answer !== ''}>
        : <span dir="auto">{props.call.answer}</span>
      </Show>
    </p>
  );
}

function Answering(props: { readonly call: CallView }) {
  const { board } = useDesk();
  const id = createUniqueId();
  const words = () => t().calls;
  const [text, setText] = createSignal('');
  const [told, setTold] = createSignal('');
  const watch = () => board.watchOf(props.call.roomId);
  const answer = async (event: SubmitEvent) => {
    event.preventDefault();
    if (text().trim() === '') return setTold(words().missing);
    setTold(toldOf(await watch()?.answerCall(props.call.callId, text().trim())));
  };
  const close = async () => setTold(toldOf(await watch()?.closeCall(props.call.callId)));
  return (
    <form onSubmit={(event) => void answer(event)}>
      <label class="unseen" for={id}>
        {words().answerTo(board.byId[props.call.examineeId]?.label ?? '')}
      </label>
      <span class="row">
        <input
          id={id}
          data-needs
          class="answer"
          value={text()}
          maxLength={500}
          dir="auto"
          placeholder={words().answer}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          {words().send}
        </button>
        <button type="button" class="quiet outlined" onClick={() => setText(words().coming)}>
          {words().coming}
        </button>
        <button type="button" class="quiet" onClick={() => void close()}>
          {words().close}
        </button>
      </span>
      <Show when={told() !== ''}>
        <p class="wrong">{told()}</p>
      </Show>
    </form>
  );
}
