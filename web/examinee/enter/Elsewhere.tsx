// The place belongs to another room than the person: said before anything else, and never a dead end.
import { Heading } from '../Heading.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';

export function Elsewhere(props: { readonly place: string; readonly onStay: () => void }) {
  const seat = useSeat();
  const room = () => seat.sitting.now.info.room.label;
  return (
    <main class="screen stack">
      <Heading>{t().welcome.elsewhereTitle}</Heading>
      <section class="told warn">
        <p>
          <strong>{t().welcome.elsewhere(props.place, room())}</strong>
        </p>
        <p>{t().welcome.elsewhereNext(room())}</p>
      </section>
      <div class="row">
        <button type="button" class="primary" onClick={() => void seat.leave(true)}>
          {t().welcome.go}
        </button>
        <button type="button" onClick={() => props.onStay()}>
          {t().welcome.stay}
        </button>
      </div>
    </main>
  );
}
