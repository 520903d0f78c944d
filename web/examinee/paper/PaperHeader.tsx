// What is always on the screen: whose exam it is, the clock, how safe everything is, and what a person can ask for.
import type { Shortcuts } from '../../shared/shortcuts.ts';
import { FullScreenOffer } from '../device/FullScreenOffer.tsx';
import { NetworkLineView, SheetLineView } from '../network/SheetLine.tsx';
import { CallButton } from '../notices/CallButton.tsx';
import { MessagesButton } from '../notices/MessagesButton.tsx';
import { SafetyCopyButton } from '../notices/SafetyCopy.tsx';
import { SeenButton } from '../notices/SeenButton.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { Clock } from './Clock.tsx';
import type { ShortcutAction } from './shortcut-keys.ts';
import { ViewButton } from './ViewButton.tsx';

type Props = { readonly shortcuts: Shortcuts<ShortcutAction>; readonly onSubmit: () => void };

export function PaperHeader(props: Props) {
  const { now } = useSeat().sitting;
  return (
    <header class="head">
      <div class="paper-header">
        <div class="top">
          <p class="who">
            <strong dir="auto">{now.info.plan.name}</strong>
            <span dir="auto">
              {now.info.examinee.label}
              {now.info.examinee.seat === undefined ? '' : ` · ${now.info.examinee.seat}`}
            </span>
          </p>
          <Clock />
        </div>
        <div class="lines">
          <SheetLineView />
          <NetworkLineView />
        </div>
      </div>
      <div class="tools">
        <CallButton />
        <MessagesButton />
        <ViewButton shortcuts={props.shortcuts} />
        <FullScreenOffer hint={false} />
        <SeenButton />
        <SafetyCopyButton />
        <button type="button" class="submit" onClick={() => props.onSubmit()}>
          {t().paper.submit}
        </button>
      </div>
    </header>
  );
}
