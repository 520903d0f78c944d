// One order: what, for whom, how far it has come, who has not got it yet, and taking it back.
import { Match, Show, Switch } from 'solid-js';
import { instantText } from '../../shared/time.ts';
import { useDesk } from '../desk.ts';
import { refusalWords } from '../failure-words.ts';
import { t } from '../texts/texts.ts';
import { type Act, isSettled } from './acts.ts';

const NAMED = 8;

export function ActLine(props: { readonly act: Act }) {
  const desk = useDesk();
  const words = () => t().controls;
  const room = () => desk.board.room(props.act.roomId)?.label ?? '';
  const whom = () => {
    const { names } = props.act;
    if (names.length === 0) return room();
    const rest = names.length > NAMED ? ` ${t().common.more(names.length - NAMED)}` : '';
    return `${names.slice(0, NAMED).join(', ')}${rest}`;
  };
  const undo = () => desk.acts.undo(props.act);
  const tone = () => (props.act.state === 'failed' ? 'bad' : props.act.state === 'applied' ? 'good' : 'warn');
  return (
    <li class="act-line">
      <div class="row spread">
        <span>
          <strong>{words().names[props.act.wish.action]}</strong> <span dir="auto">{whom()}</span>{' '}
          <span class="hint">{words().at(instantText(props.act.at))}</span>
        </span>
        <span class={`chip ${tone()}`}>
          {props.act.state === 'applied' ? '✓ ' : props.act.state === 'failed' ? '✕ ' : '… '}
          {words().states[props.act.state]}
        </span>
      </div>
      <Show when={props.act.wish.reason}>
        {(reason) => (
          <span class="hint" dir="auto">
            {words().because(reason())}
          </span>
        )}
      </Show>
      <Show when={props.act.state === 'failed'}>
        <p class="wrong">{refusalWords(props.act.code, props.act.message)}</p>
        <Show when={props.act.message}>
          {(message) => (
            <p class="hint" lang="en" dir="ltr">
              {message()}
            </p>
          )}
        </Show>
      </Show>
      <Show when={props.act.ledger}>
        {(ledger) => (
          <Ledger
            act={props.act}
            delivered={ledger().delivered}
            confirmed={ledger().confirmed}
            of={ledger().concerned}
            missing={ledger().missing}
          />
        )}
      </Show>
      <span class="row">
        <Switch>
          <Match when={props.act.state === 'waiting'}>
            <button type="button" class="quiet outlined" onClick={() => desk.acts.drop(props.act.key)}>
              {words().drop}
            </button>
          </Match>
          <Match when={undo()}>
            {(back) => (
              <button
                type="button"
                class="quiet outlined"
                onClick={() =>
                  desk.ask({
                    action: back().wish.action,
                    roomId: back().roomId,
                    base: back().wish,
                    ...whomOf(back().wish),
                  })
                }
              >
                {words().undo}
                <span class="unseen">
                  : {words().names[props.act.wish.action]}, {whom()}
                </span>
              </button>
            )}
          </Match>
        </Switch>
        <Show when={isSettled(props.act)}>
          <button type="button" class="quiet" onClick={() => desk.acts.hide(props.act.key)}>
            {words().hide}
          </button>
        </Show>
      </span>
    </li>
  );
}

type LedgerProps = {
  readonly act: Act;
  readonly delivered: number;
  readonly confirmed: number;
  readonly of: number;
  readonly missing: readonly string[];
};

function Ledger(props: LedgerProps) {
  const { board } = useDesk();
  const words = () => t().controls;
  const mustConfirm = () => props.act.wish.mustConfirm === true || props.act.wish.action === 'call';
  const missing = () => {
    const names = props.missing.slice(0, NAMED).map((id) => board.byId[id]?.label ?? id);
    const rest = props.missing.length > NAMED ? ` ${t().common.more(props.missing.length - NAMED)}` : '';
    return `${names.join(', ')}${rest}`;
  };
  return (
    <div class="ledger">
      <progress max={Math.max(1, props.of)} value={props.delivered} aria-label={words().ledger} />
      <span class="number">
        {words().reached(props.delivered, props.of)}
        <Show when={mustConfirm()}> · {words().confirmed(props.confirmed, props.of)}</Show>
      </span>
      <Show when={props.missing.length > 0}>
        <span class="missing" dir="auto">
          {words().missing(missing())}
        </span>
      </Show>
    </div>
  );
}

function whomOf({ examineeIds }: { readonly examineeIds?: readonly string[] | undefined }) {
  return examineeIds === undefined ? {} : { examineeIds };
}
