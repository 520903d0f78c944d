// The whole page of an examinee: which tab this is, who sits here, and how far the exam has come.
import { createEffect, createSignal, Match, on, onCleanup, Show, Switch } from 'solid-js';
import { openDesk } from './desk.ts';
import { placeHash, readEntryLink, roomIdOf } from './device/entry-link.ts';
import { ownCode } from './device/own-code.ts';
import { readPreferences } from './device/preferences.ts';
import { openTabs } from './device/tabs.ts';
import { Past } from './end/Past.tsx';
import { EnterForm } from './enter/EnterForm.tsx';
import { Entering } from './enter/Entering.tsx';
import { SecondTab } from './network/SecondTab.tsx';
import { TakenDesk } from './TakenDesk.tsx';
import './page.css';

export function ExamineePage() {
  readPreferences();
  const link = readEntryLink(location.hash);
  // Nobody reads the code over a shoulder, and the next person does not come back with it.
  history.replaceState(null, '', `${location.pathname}${location.search}${placeHash(link)}`);
  /** As people call it; one that is named by its id is the server's to compare. */
  const place = roomIdOf(link) === undefined ? link.room : '';
  const { desk, enter, leave } = openDesk();
  const tabs = openTabs(() => leave(false));
  const [hasYielded, setYielded] = createSignal(false);

  /** Another link in the same tab is a new page; who sits here already stays. */
  const follow = () => desk().kind === 'free' && location.reload();
  window.addEventListener('hashchange', follow);
  onCleanup(() => window.removeEventListener('hashchange', follow));

  /** Comes back by itself: after a reload, by a link, and where this tab has taken over. */
  createEffect(
    on(tabs.role, (role, before) => {
      if (before === 'first' && role === 'second') setYielded(true);
      if (role !== 'first') return;
      const code = ownCode() || tabs.code() || link.code;
      // A reload comes back to where the person was; only who comes by the link is held to its room.
      if (code !== '') void enter(code, ownCode() === '' ? roomIdOf(link) : undefined);
    }),
  );

  return (
    <Switch>
      <Match when={tabs.role() === 'second'}>
        <SecondTab tabs={tabs} hasYielded={hasYielded()} />
      </Match>
      <Match when={tabs.role() === 'first'}>
        <Switch>
          <Match when={free(desk())}>
            {(state) => (
              <EnterForm
                code={state().code ?? link.code}
                place={place}
                refusal={state().refusal}
                onEnter={(code) => enter(code, roomIdOf(link))}
                onStay={(code) => enter(code)}
              />
            )}
          </Match>
          <Match when={entering(desk())}>
            {(state) => <Entering reason={state().reason} at={state().at} onCancel={() => leave(true)} />}
          </Match>
          <Match when={past(desk())}>
            {(state) => <Past receipt={state().receipt} onEnter={enter} onFinish={() => leave(true)} />}
          </Match>
          <Match when={taken(desk())}>
            {(state) => (
              // Another person is another seat: nothing of the one before stays.
              <Show when={state().sitting} keyed>
                {(sitting) => (
                  <TakenDesk sitting={sitting} marks={state().marks} place={place} tabs={tabs} onLeave={leave} />
                )}
              </Show>
            )}
          </Match>
        </Switch>
      </Match>
    </Switch>
  );
}

type DeskState = ReturnType<ReturnType<typeof openDesk>['desk']>;
const free = (state: DeskState) => (state.kind === 'free' ? state : undefined);
const entering = (state: DeskState) => (state.kind === 'entering' ? state : undefined);
const past = (state: DeskState) => (state.kind === 'past' ? state : undefined);
const taken = (state: DeskState) => (state.kind === 'taken' ? state : undefined);
