// The whole page of a proctor: login, then the choice of rooms, then their board.
import { createEffect, Match, onCleanup, onMount, Switch } from 'solid-js';
import { BoardScreen } from './board/BoardScreen.tsx';
import { Login } from './login/Login.tsx';
import './proctor.css';
import { RoomsChoice } from './own-rooms/RoomsChoice.tsx';
import { account, resume, roomIds, watchLogin } from './session.ts';
import { t } from './texts/texts.ts';

export function ProctorPage() {
  onMount(resume);
  onCleanup(watchLogin());
  createEffect(() => {
    document.title = `${t().login.title} · examhall`;
  });
  return (
    <Switch fallback={<Login />}>
      <Match when={account() !== undefined && roomIds().length === 0}>
        <RoomsChoice />
      </Match>
      <Match when={roomIds().length > 0 && account()} keyed>
        {(own) => <BoardScreen account={own} roomIds={roomIds()} />}
      </Match>
    </Switch>
  );
}
