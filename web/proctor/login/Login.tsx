// Name and password. Each failure says what to do; nothing that was typed is taken away.
import { createSignal, Show } from 'solid-js';
import { RefusalError } from '../../../schema/refusals.ts';
import { LanguageChoice } from '../../shared/LanguageChoice.tsx';
import { lengthText } from '../../shared/time.ts';
import { failureWords } from '../failure-words.ts';
import { hasExpired, logIn } from '../session.ts';
import { t } from '../texts/texts.ts';

const LEAST_WAIT_MS = 1_000;

export function Login() {
  const [name, setName] = createSignal('');
  const [password, setPassword] = createSignal('');
  const [failure, setFailure] = createSignal<unknown>();
  const [isBusy, setBusy] = createSignal(false);
  const enter = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy()) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await logIn(name(), password());
    } catch (cause) {
      setFailure(() => cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="login stack">
      <header class="row spread">
        <h1>{t().login.title}</h1>
        <LanguageChoice />
      </header>
      <Show when={hasExpired()}>
        <p class="told warn">{t().login.ended}</p>
      </Show>
      <form class="card" onSubmit={(event) => void enter(event)}>
        <p>{t().login.lead}</p>
        <div class="field">
          <label for="login-name">{t().login.name}</label>
          <input
            id="login-name"
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
          />
        </div>
        <div class="field">
          <label for="login-password">{t().login.password}</label>
          <input
            id="login-password"
            type="password"
            value={password()}
            onInput={(event) => setPassword(event.currentTarget.value)}
            autocomplete="current-password"
            required
          />
        </div>
        <Show when={failure()}>
          {(cause) => (
            <p class="told bad" role="alert">
              {wordsOf(cause())}
            </p>
          )}
        </Show>
        <button type="submit" class="primary" aria-disabled={isBusy()}>
          {isBusy() ? t().login.entering : t().login.enter}
        </button>
      </form>
    </main>
  );
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof RefusalError)) {
    failureWords(cause); // a bug is thrown on
    return t().login.away;
  }
  const { refused, message, retryAfterMs = LEAST_WAIT_MS } = cause.refusal;
  if (refused === 'LOGIN_REFUSED') return t().login.wrong;
  if (refused === 'TOO_MANY_TRIES') return t().login.tooOften(lengthText(Math.max(LEAST_WAIT_MS, retryAfterMs)));
  return t().login.failed(failureWords(cause) || message);
}
