// What the proctors see of the person, and what is recorded: nobody has to guess.
import { Show } from 'solid-js';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { DialogButton } from './DialogButton.tsx';
import { Records } from './Records.tsx';

export function SeenButton() {
  const seat = useSeat();
  const kinds = () => seat.facts().signals;
  return (
    <DialogButton label={t().seen.button} title={t().seen.title} close={t().notices.close}>
      {() => (
        <>
          <p>{t().seen.always}</p>
          <p>{t().seen.never}</p>
          <Show when={kinds().length > 0} fallback={<p>{t().seen.recordsNothing}</p>}>
            <Records kinds={kinds()} />
          </Show>
        </>
      )}
    </DialogButton>
  );
}
