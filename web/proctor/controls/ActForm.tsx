// The question before an order: what it does, whom it concerns, what it asks for, why. Nothing is sent before the button
// with the order's own name is pressed.
import { createMemo, createSignal, For, Show } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { BoardEntry } from '../../../client/board.ts';
import { Dialog } from '../../shared/Dialog.tsx';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';
import { ACTS, concerned } from './act-table.ts';
import { type Asked, type Draft, EMPTY, type Missing, missingOf, wishOf } from './draft.ts';
import { Fields } from './Fields.tsx';
import { Reason } from './Reason.tsx';

const NAMED = 12;

export function ActForm(props: { readonly asked: Asked }) {
  const desk = useDesk();
  const { board } = desk;
  const { action } = props.asked;
  const [draft, setDraft] = createStore<Draft>({ ...EMPTY });
  const [missing, setMissing] = createSignal<readonly Missing[]>([]);
  const change = (next: Partial<Draft>) => {
    setDraft(next);
    if (missing().length > 0) setMissing(missingOf(props.asked, draft, roomLabel()));
  };
  const asked = createMemo(() => (props.asked.examineeIds ?? []).flatMap((id) => board.byId[id] ?? []));
  const isForPeople = () => props.asked.examineeIds !== undefined;
  const isUndo = () => props.asked.base?.undoes !== undefined;
  const whom = createMemo(() => (isUndo() ? asked() : concerned(action, asked())));
  const rooms = createMemo(() => [
    ...new Set(isForPeople() ? whom().map(({ roomId }) => roomId) : [props.asked.roomId ?? '']),
  ]);
  const first = () => board.room(rooms()[0] ?? '');
  const roomLabel = () => desk.roomLabel(rooms()[0] ?? '');
  const isDown = () => rooms().some((roomId) => !desk.acts.isReached(roomId));
  const close = () => desk.ask(undefined);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const lacks = missingOf(props.asked, draft, roomLabel());
    setMissing(lacks);
    if (lacks.length > 0) return focusOn(lacks[0]);
    for (const roomId of rooms()) {
      const ids = whom().filter((row) => row.roomId === roomId);
      const wish = wishOf(props.asked, draft, isForPeople() ? ids.map(idOf) : undefined, board.serverNow());
      const key = desk.acts.order(roomId, wish);
      props.asked.ordered?.(key);
    }
    close();
  };
  const name = () => (isUndo() ? t().controls.undoTitle(undoneName(props.asked)) : t().controls.names[action]);
  const title = () => t().controls.title(name(), isForPeople() ? titleWhom(whom()) : roomLabel());
  return (
    <Dialog title={title()} onClose={close} {...(ACTS[action].isDangerous ? { tone: 'danger' as const } : {})}>
      <form class="stack act-form" onSubmit={submit} novalidate>
        <p>{t().controls.effects[action]}</p>
        <Show when={!isForPeople() && desk.isShut(rooms()[0] ?? '')}>
          <p>{t().rooms.opensAll}</p>
        </Show>
        <Show
          when={isForPeople()}
          fallback={
            <p>
              {t().controls.concernsRoom(
                board.rows().filter((row) => row.roomId === props.asked.roomId).length,
                roomLabel(),
              )}
            </p>
          }
        >
          <Whom rows={whom()} left={asked().length - whom().length} />
        </Show>
        <Fields asked={props.asked} draft={draft} change={change} missing={missing()} room={first()} whom={whom()} />
        <Reason
          reasons={first()?.watch?.reasons ?? []}
          value={draft.reason}
          change={(reason) => change({ reason })}
          isNeeded={ACTS[action].needsReason === true}
          isMissing={missing().includes('reason')}
        />
        <Show when={isDown()}>
          <p class="told warn">{t().controls.waits}</p>
        </Show>
        <div class="row">
          <button
            type="submit"
            class={ACTS[action].isDangerous ? 'danger' : 'primary'}
            disabled={isForPeople() && whom().length === 0}
          >
            {t().controls.order(name())}
          </button>
          <button type="button" onClick={close}>
            {t().common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Whom(props: { readonly rows: readonly BoardEntry[]; readonly left: number }) {
  const words = () => t().controls;
  return (
    <div class="whom">
      <Show when={props.rows.length > 0} fallback={<p class="wrong">{words().nobody}</p>}>
        <p>{words().concerns(props.rows.length)}</p>
        <ul class="bare row names">
          <For each={props.rows.slice(0, NAMED)}>
            {(row) => (
              <li class="chip" dir="auto">
                {row.seat === '' ? row.label : `${row.seat} · ${row.label}`}
              </li>
            )}
          </For>
          <Show when={props.rows.length > NAMED}>
            <li class="chip">{t().common.more(props.rows.length - NAMED)}</li>
          </Show>
        </ul>
      </Show>
      <Show when={props.left > 0}>
        <p class="hint">{words().fitsNot(props.left)}</p>
      </Show>
    </div>
  );
}

function titleWhom(rows: readonly BoardEntry[]): string {
  const [one] = rows;
  if (rows.length === 1 && one !== undefined) return one.label;
  return t().common.people(rows.length);
}

/** What a reopening or a readmission takes back has another name than itself. */
function undoneName({ action }: Asked): string {
  const { names } = t().controls;
  if (action === 'reopen') return names.end;
  return action === 'readmit' ? names.remove : names[action];
}

function focusOn(what: Missing | undefined): void {
  document.getElementById(`act-${what}`)?.focus();
}

function idOf({ examineeId }: BoardEntry): string {
  return examineeId;
}
