// Is it you, is it here, do you accept: one screen, one answer.
import { createSignal, Show } from 'solid-js';
import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import { RichText } from '../../shared/RichText.tsx';
import { lengthText } from '../../shared/time.ts';
import { Heading } from '../Heading.tsx';
import { Records } from '../notices/Records.tsx';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';
import { Elsewhere } from './Elsewhere.tsx';
import { OwnPhoto } from './OwnPhoto.tsx';

/** `place`: the room of this place where it is another one than the person's, else ''. */
export function Welcome(props: { readonly place: string }) {
  const [mayStay, setStay] = createSignal(props.place === '');
  return (
    <Show when={mayStay()} fallback={<Elsewhere place={props.place} onStay={() => setStay(true)} />}>
      <IsThisYou />
    </Show>
  );
}

function IsThisYou() {
  const seat = useSeat();
  const { now } = seat.sitting;
  const [hasAccepted, setAccepted] = createSignal(false);
  const [isMissing, setMissing] = createSignal(false);
  let box: HTMLInputElement | undefined;
  const runs = () => now.room.status === 'running' || now.room.status === 'paused';
  const needsRules = () => seat.facts().rules !== '';
  const agree = () => {
    if (needsRules() && !hasAccepted()) {
      box?.focus();
      return setMissing(true);
    }
    seat.marks.agree();
  };
  return (
    <main class="screen stack">
      <Heading>{t().welcome.title}</Heading>
      <Show when={runs()}>
        <p class="told warn">{t().welcome.running}</p>
      </Show>
      <section class="card person">
        <Show when={seat.facts().hasPhoto}>
          <OwnPhoto />
        </Show>
        <dl class="facts">
          <Fact name={t().welcome.name} value={now.info.examinee.label} />
          <Fact name={t().welcome.exam} value={now.info.plan.name} />
          <Fact name={t().welcome.room} value={now.info.room.label} />
          <Show when={now.info.examinee.seat}>{(name) => <Fact name={t().welcome.seat} value={name()} />}</Show>
          <Fact name={t().welcome.duration} value={lengthText(now.info.plan.durationMs)} />
        </dl>
      </section>
      <Show when={needsRules()}>
        <section class="card stack" aria-label={t().welcome.rulesTitle}>
          <h2>{t().welcome.rulesTitle}</h2>
          <div>
            <RichText text={seat.facts().rules} />
          </div>
          <label class="choice">
            <input
              type="checkbox"
              ref={(made) => {
                box = made;
              }}
              checked={hasAccepted()}
              aria-describedby="accept-fault"
              onChange={(event) => {
                setAccepted(event.currentTarget.checked);
                setMissing(false);
              }}
            />
            <span>{t().welcome.accept}</span>
          </label>
          <span id="accept-fault" class="wrong" role="alert">
            {isMissing() ? t().welcome.acceptFirst : ''}
          </span>
        </section>
      </Show>
      <Show when={seat.facts().signals.length > 0}>
        <section class="card stack" aria-label={t().welcome.recordedTitle}>
          <h2>{t().welcome.recordedTitle}</h2>
          <Records kinds={seat.facts().signals} />
        </section>
      </Show>
      <div class="row">
        <button type="button" class="primary" onClick={agree}>
          {runs() ? t().welcome.yesRunning : t().welcome.yes}
        </button>
        <button type="button" onClick={() => void seat.leave(true)}>
          {t().welcome.no}
        </button>
      </div>
      <LanguageChoice />
    </main>
  );
}

function Fact(props: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd dir="auto">{props.value}</dd>
    </div>
  );
}
