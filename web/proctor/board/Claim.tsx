// Who has taken this person, and taking or giving back.
import { createSignal, Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import { announce } from '../../shared/announcer.ts';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';

export function Claim(props: { readonly row: BoardEntry }) {
  const desk = useDesk();
  const [told, setTold] = createSignal('');
  const isMine = () => props.row.takenBy !== '' && props.row.takenBy === desk.ownId();
  const name = (id: string) => desk.board.proctorName(id) ?? t().board.somebody;
  const take = async () => {
    const outcome = await desk.take(props.row);
    const sentence = outcome?.state === 'refused' ? t().board.notTaken(props.row.label, name(outcome.takenBy)) : '';
    setTold(sentence);
    if (sentence !== '') announce(sentence, 'assertive');
  };
  return (
    <span class="claim">
      <Show
        when={props.row.takenBy === ''}
        fallback={
          <>
            <span class="chip" classList={{ good: isMine() }}>
              <span dir="auto">{isMine() ? t().board.takenByMe : t().board.takenBy(name(props.row.takenBy))}</span>
            </span>
            <Show when={isMine()}>
              <button type="button" class="quiet" onClick={() => void desk.giveBack(props.row)}>
                {t().board.giveBack}
                <span class="unseen"> {props.row.label}</span>
              </button>
            </Show>
          </>
        }
      >
        <button type="button" class="quiet outlined" onClick={() => void take()}>
          {t().board.take}
          <span class="unseen"> {props.row.label}</span>
        </button>
      </Show>
      <Show when={told() !== ''}>
        <span class="wrong">{told()}</span>
      </Show>
    </span>
  );
}
