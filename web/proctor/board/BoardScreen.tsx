// The screen of a proctor at work: rooms on top, what needs somebody, the people, and one person's panel beside them.
import { createSignal, onMount, Show } from 'solid-js';
import { HandList } from '../calls/HandList.tsx';
import { ActForm } from '../controls/ActForm.tsx';
import { ActList } from '../controls/ActList.tsx';
import { DeskProvider, openDesk } from '../desk.ts';
import { IncidentList } from '../incidents/IncidentList.tsx';
import { RoomStrip } from '../own-rooms/RoomStrip.tsx';
import { PageHead } from '../PageHead.tsx';
import { PersonPanel } from '../person/PersonPanel.tsx';
import { RoomReport } from '../report/RoomReport.tsx';
import { type Account, chooseRooms, look } from '../session.ts';
import { createDeskKeys } from '../shortcuts/desk-keys.ts';
import { ShortcutSettings } from '../shortcuts/ShortcutSettings.tsx';
import { t } from '../texts/texts.ts';
import { OwnLinkBanner } from './OwnLinkBanner.tsx';
import { People } from './People.tsx';

type Props = { readonly account: Account; readonly roomIds: readonly string[] };

export function BoardScreen(props: Props) {
  const desk = openDesk(props.account, props.roomIds);
  const keys = createDeskKeys(desk);
  const [areKeysOpen, setKeysOpen] = createSignal(false);
  onMount(() => {
    look().catch(() => undefined); // names and codes come later; a login that has ended shows itself
  });
  return (
    <DeskProvider value={desk}>
      <a class="skip unseen" href="#people">
        {t().page.toList}
      </a>
      <div class="board-screen" classList={{ 'with-person': desk.personId() !== undefined }}>
        <PageHead>
          <button type="button" class="quiet" onClick={() => setKeysOpen(true)}>
            {t().page.shortcuts}
          </button>
          <button type="button" class="quiet" onClick={() => chooseRooms([])}>
            {t().rooms.back}
          </button>
        </PageHead>
        <Show when={desk.reportOf()} keyed>
          {(roomId) => <RoomReport roomId={roomId} close={() => desk.setReport(undefined)} />}
        </Show>
        <main class="board-main stack" hidden={desk.reportOf() !== undefined}>
          <h1 class="unseen">{t().board.title(props.roomIds.length)}</h1>
          <OwnLinkBanner />
          <RoomStrip />
          <IncidentList />
          <HandList />
          <ActList />
          <People />
        </main>
        <Show when={desk.reportOf() === undefined && desk.person()}>
          <PersonPanel />
        </Show>
        <Show when={desk.asked()} keyed>
          {(asked) => <ActForm asked={asked} />}
        </Show>
        <Show when={areKeysOpen()}>
          <ShortcutSettings shortcuts={keys} close={() => setKeysOpen(false)} />
        </Show>
      </div>
    </DeskProvider>
  );
}
