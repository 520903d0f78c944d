// How safe this very answer is. Spoken only where something is wrong for longer, so that typing is not interrupted.
import { createEffect, createMemo, on } from 'solid-js';
import { announce } from '../../shared/announcer.ts';
import { useSeat } from '../seat.ts';
import type { Truth } from '../session/truth.ts';
import { t } from '../texts/texts.ts';

const SIGNS = { none: '○', typing: '✎', sending: '…', saved: '✓', waiting: '!', refused: '✕' } as const;
const TONES = { none: '', typing: '', sending: '', saved: 'good', waiting: 'warn', refused: 'bad' } as const;

export function truthText(truth: Truth): string {
  const text = t().truth;
  switch (truth.kind) {
    case 'none':
      return text.none;
    case 'typing':
      return text.typing;
    case 'sending':
      return text.sending;
    case 'saved':
      return text.saved(truth.at);
    case 'waiting':
      return text.waiting[truth.why];
    case 'refused': {
      const known: Record<string, string> = text.refused;
      return known[truth.code] ?? text.refused.other;
    }
  }
}

export function TruthLine(props: { readonly item: number }) {
  const seat = useSeat();
  const truth = createMemo(() => seat.truth(props.item), undefined, {
    equals: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });
  createEffect(
    on(
      () => truth().kind,
      (kind, before) => {
        if (before !== undefined && (kind === 'waiting' || kind === 'refused')) announce(truthText(truth()));
        if (before === 'waiting' && kind === 'saved') announce(truthText(truth()));
      },
    ),
  );
  return (
    <p id={`truth-${props.item}`} class={`truth ${TONES[truth().kind]}`} data-truth={truth().kind}>
      <span class="sign" aria-hidden="true">
        {SIGNS[truth().kind]}
      </span>
      <span>{truthText(truth())}</span>
    </p>
  );
}
