// What has happened to somebody, the newest first: links, answers saved as counts, incidents, commands, hands. Read when the
// panel opens, and again when it is asked for or something of the person changes; and once more a moment after, since a room
// writes down what has happened only after it has said so.
import { createEffect, createResource, createSignal, For, on, onCleanup, Show } from 'solid-js';
import type { BoardEntry } from '../../../client/board.ts';
import { useDesk } from '../desk.ts';
import { ReadFailure } from '../ReadFailure.tsx';
import { t } from '../texts/texts.ts';
import { momentOf, wordsOf } from './line-words.ts';

const AT_ONCE = 30;
/** The room's log of a second, its job, and some time to spare. */
const WRITTEN_DOWN_MS = 3_000;

export function TimeLine(props: { readonly row: BoardEntry }) {
  const desk = useDesk();
  const words = () => t().person;
  const [most, setMost] = createSignal(AT_ONCE);
  const [found, { refetch }] = createResource(
    () => props.row.examineeId,
    (examineeId) => desk.account.staff.timeline(examineeId),
  );
  const again = () => void refetch();
  const state = () =>
    [props.row.status, props.row.link, props.row.hold, props.row.openIncidents, props.row.notice].join();
  createEffect(on([() => props.row.examineeId, state], again, { defer: true }));
  createEffect(
    on([() => props.row.examineeId, state], () => {
      const later = setTimeout(again, WRITTEN_DOWN_MS);
      onCleanup(() => clearTimeout(later));
    }),
  );
  createEffect(on([() => props.row.examineeId], () => setMost(AT_ONCE)));
  const entries = () => (found.latest ?? []).toReversed();
  return (
    <section aria-label={words().timeline}>
      <div class="row spread">
        <h3>
          {words().timeline} <span class="hint">{words().newest}</span>
        </h3>
        <button type="button" class="quiet outlined" onClick={again}>
          {words().timelineAgain}
        </button>
      </div>
      <ReadFailure cause={found.error} what={words().timelineFailed} again={again} />
      <Show when={found.error === undefined}>
        <Show
          when={entries().length > 0}
          fallback={<p class="hint">{found.loading ? t().common.loading : words().timelineEmpty}</p>}
        >
          <ol class="bare line">
            <For each={entries().slice(0, most())}>
              {(entry) => (
                <li>
                  <span class="number moment">{momentOf(entry)}</span>
                  <span>
                    <strong>{wordsOf(entry).what}</strong>
                    <Show when={wordsOf(entry).beside.length > 0}>
                      <span class="hint" dir="auto">
                        {' '}
                        {wordsOf(entry).beside.join(' · ')}
                      </span>
                    </Show>
                    <Show when={wordsOf(entry).said !== ''}>
                      <span class="said" dir="auto">
                        {wordsOf(entry).said}
                      </span>
                    </Show>
                  </span>
                </li>
              )}
            </For>
          </ol>
          <Show when={entries().length > most()}>
            <button type="button" onClick={() => setMost(most() + AT_ONCE)}>
              {words().timelineMore}
            </button>
          </Show>
        </Show>
      </Show>
    </section>
  );
}
