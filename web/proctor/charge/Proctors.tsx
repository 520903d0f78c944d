// The proctors of a room: who is here, who looks at whom, who is in charge, and the handover with its note.
import { createSignal, For, Show } from 'solid-js';
import type { Offer } from '../../../schema/charge.ts';
import type { ProctorState } from '../../../schema/states.ts';
import type { ShownRoom } from '../board/board-store.ts';
import { type Desk, useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { toldOf } from '../told.ts';
import { HandOver } from './HandOver.tsx';

function nameOf(desk: Desk, id: string): string {
  return id === desk.ownId() ? t().charge.you : (desk.board.proctorName(id) ?? t().board.somebody);
}

export function Proctors(props: { readonly room: ShownRoom }) {
  const desk = useDesk();
  const words = () => t().charge;
  const [isAsking, setAsking] = createSignal(false);
  const charge = () => props.room.charge;
  const mayHandOver = () => {
    const own = props.room.proctors.find(({ proctorId }) => proctorId === desk.ownId());
    return !charge()?.offer && (charge()?.proctorId === desk.ownId() || own?.chief === true);
  };
  return (
    <div class="proctors">
      <Show when={charge()?.offer}>{(offer) => <OpenOffer offer={offer()} room={props.room} />}</Show>
      <details>
        <summary dir="auto">
          {charge()?.proctorId ? words().inCharge(nameOf(desk, charge()?.proctorId ?? '')) : words().nobody}
        </summary>
        <ul class="bare" aria-label={words().title}>
          <For each={props.room.proctors}>
            {(one) => (
              <li class="row">
                <span dir="auto">{nameOf(desk, one.proctorId)}</span>
                <span class="chip" classList={{ good: one.state === 'present' }}>
                  {words().presence[one.state as ProctorState]}
                </span>
                <Show when={one.proctorId !== desk.ownId() && desk.board.byId[one.watching]}>
                  {(row) => (
                    <span class="hint" dir="auto">
                      {words().watching(row().label)}
                    </span>
                  )}
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={mayHandOver()}>
          <button type="button" class="quiet outlined" onClick={() => setAsking(true)}>
            {words().handOver}
          </button>
        </Show>
      </details>
      <Show when={isAsking()}>
        <HandOver room={props.room} close={() => setAsking(false)} />
      </Show>
    </div>
  );
}

function OpenOffer(props: { readonly offer: Offer; readonly room: ShownRoom }) {
  const desk = useDesk();
  const words = () => t().charge;
  const [told, setTold] = createSignal('');
  const isForMe = () => props.offer.to === desk.ownId();
  const answer = async (decision: 'confirm' | 'decline' | 'withdraw') =>
    setTold(toldOf(await props.room.watch?.answerHandover(props.offer.handoverId, decision)));
  return (
    <div class="told warn">
      <p>
        {isForMe()
          ? words().offered(nameOf(desk, props.offer.by), props.room.label)
          : words().waiting(nameOf(desk, props.offer.to))}
      </p>
      <Show when={props.offer.note !== ''}>
        <p dir="auto" class="quoted">
          {props.offer.note}
        </p>
      </Show>
      <span class="row">
        <Show
          when={isForMe()}
          fallback={
            <button type="button" onClick={() => void answer('withdraw')}>
              {words().withdraw}
            </button>
          }
        >
          <button type="button" class="primary" onClick={() => void answer('confirm')}>
            {words().accept}
          </button>
          <button type="button" onClick={() => void answer('decline')}>
            {words().decline}
          </button>
        </Show>
      </span>
      <Show when={told() !== ''}>
        <p class="wrong">{told()}</p>
      </Show>
    </div>
  );
}
