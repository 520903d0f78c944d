// The line about the whole sheet, and the one about the network: always on the screen, each with a sign beside its words.
import { Show } from 'solid-js';
import { useSeat } from '../seat.ts';
import { isCalm } from '../session/network-line.ts';
import { toneOf } from '../session/sheet-line.ts';
import { t } from '../texts/texts.ts';
import { networkText } from './network-text.ts';
import { sheetText } from './sheet-text.ts';

const SIGNS = { good: '✓', plain: '…', warn: '!', bad: '✕' } as const;

export function SheetLineView() {
  const seat = useSeat();
  const tone = () => toneOf(seat.sheetLine());
  return (
    <section class={`line ${tone()}`} aria-label={t().sheet.label}>
      <span class="sign" aria-hidden="true">
        {seat.sheetLine().kind === 'empty' ? '○' : SIGNS[tone()]}
      </span>
      <span>{sheetText(seat.sheetLine(), seat.sitting.now.isStorageBroken)}</span>
    </section>
  );
}

export function NetworkLineView() {
  const seat = useSeat();
  const line = seat.networkLine;
  return (
    <section class="line" classList={{ warn: !isCalm(line()) }} aria-label={t().network.label}>
      <span class="sign" aria-hidden="true">
        <Show when={line() === 'connected'} fallback={line() === 'connecting' ? '…' : line() === 'limited' ? '◐' : '!'}>
          ●
        </Show>
      </span>
      <span>{networkText(line(), seat.sitting.now.isStorageBroken)}</span>
    </section>
  );
}
