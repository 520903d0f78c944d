// The own time by the server's clock. It can be hidden, and still warns; it cannot be switched off.
import { createEffect, createMemo, on, Show } from 'solid-js';
import { announce } from '../../shared/announcer.ts';
import { clockText } from '../../shared/time.ts';
import { prefer, preferences } from '../device/preferences.ts';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';

export function Clock() {
  const seat = useSeat();
  const { now } = seat.sitting;
  const text = createMemo(() => clockText(seat.leftMs()));
  const stands = () => now.room.heldSince !== 0;
  createEffect(
    on(
      () => now.warnedMs,
      (leftMs) => leftMs > 0 && announce(t().clock.warning(leftMs), 'assertive'),
      { defer: true },
    ),
  );
  /** The last warning stays until the next one, or until time was added. */
  const warned = () => (now.warnedMs > 0 && seat.leftMs() <= now.warnedMs ? now.warnedMs : 0);
  return (
    <div class="clock" classList={{ warn: warned() > 0 }}>
      <Show when={preferences().showsClock} fallback={<span class="hint">{t().clock.hidden}</span>}>
        <span class="hint">{t().clock.label}</span>
        {/* A timer that is not read aloud each second: warnings are. */}
        <span class="time number" role="timer" aria-live="off" aria-label={t().clock.label}>
          {text()}
        </span>
        <span class="hint">
          <Show when={stands()} fallback={t().clock.ends(now.room.deadlineAt)}>
            {t().clock.stands}
          </Show>
        </span>
      </Show>
      <Show when={warned() > 0}>
        <strong class="warned">{t().clock.warning(warned())}</strong>
      </Show>
      <button type="button" class="quiet" onClick={() => prefer({ showsClock: !preferences().showsClock })}>
        {preferences().showsClock ? t().clock.hide : t().clock.show}
      </button>
    </div>
  );
}
