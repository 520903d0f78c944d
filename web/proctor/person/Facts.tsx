// How somebody stands, fact by fact. Never what was answered.
import { type JSX, Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import type { LinkState } from '../../../schema/states.ts';
import { clockText, lengthText } from '../../shared/time.ts';
import { StateChips } from '../board/StateChips.tsx';
import { useDesk } from '../desk.ts';
import { ageText, second } from '../seconds.ts';
import { t } from '../texts/texts.ts';

const CLOCK_RIGHT_MS = 2_000;

export function Facts(props: { readonly row: BoardEntry }) {
  const desk = useDesk();
  const words = () => t().person;
  const roster = () => desk.roster.of(props.row.examineeId);
  return (
    <section aria-label={words().facts}>
      <dl class="facts">
        <Fact name={words().state}>
          <StateChips row={props.row} />
        </Fact>
        <Fact name={words().timeLeft}>
          <strong class="number">{leftOf(props.row)}</strong>
        </Fact>
        <Fact name={words().answers}>
          {words().answered(props.row.answeredCount, props.row.savedCount)}
          <Show when={props.row.unsavedCount > 0}>
            <p class="not-saved">{words().unsavedSince(props.row.unsavedCount, ageText(props.row.unsavedSince))}</p>
          </Show>
        </Fact>
        <Fact name={words().link}>{linkOf(props.row)}</Fact>
        <Fact name={words().seat}>{props.row.seat === '' ? t().board.noSeat : props.row.seat}</Fact>
        <Fact name={words().room}>{desk.board.room(props.row.roomId)?.label}</Fact>
        <Fact name={words().code}>{roster()?.code ?? t().common.none}</Fact>
        <Fact name={words().device}>{props.row.device === '' ? words().unknown : props.row.device}</Fact>
        <Fact name={words().clock}>{clockOf(props.row.clockAheadMs)}</Fact>
        <Show when={(roster()?.extraMs ?? 0) > 0}>
          <Fact name={words().extra}>{lengthText(roster()?.extraMs ?? 0)}</Fact>
        </Show>
        <Show when={props.row.notice !== ''}>
          <Fact name={words().notice}>{words().notices[props.row.notice] ?? props.row.notice}</Fact>
        </Show>
        <Show when={props.row.unreachedCount > 0}>
          <Fact name={t().controls.mine}>{words().unreached(props.row.unreachedCount)}</Fact>
        </Show>
        <Show when={desk.watchersOf(props.row.examineeId).length > 0}>
          <Fact name={words().watchers}>{desk.watchersOf(props.row.examineeId).join(', ')}</Fact>
        </Show>
      </dl>
    </section>
  );
}

function Fact(props: { readonly name: string; readonly children: JSX.Element }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd dir="auto">{props.children}</dd>
    </>
  );
}

function leftOf({ deadlineAt, heldSince, status }: BoardEntry): string {
  if (['submitted', 'timed-out', 'removed', 'absent'].includes(status)) return t().person.over;
  if (deadlineAt === 0) return t().person.notStarted;
  const ms = deadlineAt - (heldSince === 0 ? second() : heldSince);
  return heldSince === 0 ? clockText(ms) : t().board.stands(clockText(ms));
}

function linkOf({ link, linkAt }: BoardEntry): string {
  const name = t().board.links[link as LinkState];
  if (linkAt === 0) return name;
  return link === 'online' ? t().person.linkSince(name, ageText(linkAt)) : t().person.lastSign(name, ageText(linkAt));
}

function clockOf(aheadMs: number): string {
  if (Math.abs(aheadMs) < CLOCK_RIGHT_MS) return t().person.clockRight;
  const length = lengthText(aheadMs);
  return aheadMs > 0 ? t().person.clockAhead(length) : t().person.clockBehind(length);
}
