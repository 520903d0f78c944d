// The proctor's own connection in plain words. While it is down the board is grey, and this says as of when it is true.
import { createEffect, createMemo, For, Show } from 'solid-js';
import { announce } from '../../shared/announcer.ts';
import { instantText } from '../../shared/time.ts';
import { useDesk } from '../desk.ts';
import { refusalWords } from '../failure-words.ts';
import { t } from '../texts/texts.ts';
import { staleOf } from './own-link.ts';

export function OwnLinkBanner() {
  const { board } = useDesk();
  const stale = createMemo(() => staleOf(board.links()));
  const names = () => (stale()?.rooms ?? []).map(({ label }) => label).join(', ');
  const sentence = () => {
    const { at, rooms } = stale() ?? { at: 0, rooms: [] };
    const isRestart = rooms.every(({ roomId }) => board.restarting().includes(roomId));
    return isRestart ? t().link.restarting(names(), instantText(at)) : t().link.down(names(), instantText(at));
  };
  createEffect<boolean>((wasDown) => {
    const isDown = stale() !== undefined;
    if (isDown && !wasDown) announce(sentence(), 'assertive');
    if (!isDown && wasDown) announce(t().link.back);
    return isDown;
  }, false);
  const refused = () => board.rooms().filter(({ refused }) => refused !== undefined);
  return (
    <>
      <Show when={stale()}>
        <p class="told warn own-link">
          <span aria-hidden="true">✂ </span>
          {sentence()}
        </p>
      </Show>
      <For each={refused()}>
        {(room) => (
          <p class="told bad">
            {t().link.gone(
              room.label === '' ? t().board.room : room.label,
              refusalWords(room.refused?.code, room.refused?.message),
            )}
          </p>
        )}
      </For>
    </>
  );
}
