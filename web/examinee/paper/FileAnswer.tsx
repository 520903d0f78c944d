// A file as the answer: what is asked for, what is there, what is on its way, and another one in its place.
import { createEffect, createResource, createSignal, on, Show } from 'solid-js';
import { FILE_TYPES, namedFile } from '../../../schema/answer-files.ts';
import type { Item } from '../../../schema/answers.ts';
import { announce } from '../../shared/announcer.ts';
import { useSeat } from '../seat.ts';
import type { Brought } from '../session/bringing.ts';
import { t } from '../texts/texts.ts';

export function FileAnswer(props: { readonly item: Item }) {
  const { sitting } = useSeat();
  const number = () => props.item.number;
  const response = () => {
    const given = sitting.now.answers[number()]?.response;
    return typeof given === 'string' && namedFile(given) !== undefined ? given : undefined;
  };
  const brought = () => sitting.files.now[number()];
  const [known] = createResource(response, (given) => sitting.session.fileOf(given));
  const [flaw, setFlaw] = createSignal('');
  const extensions = () => (props.item.file?.types ?? []).flatMap((type): readonly string[] => FILE_TYPES[type]);
  const most = () => props.item.file?.maxBytes ?? 0;

  function chosen(input: HTMLInputElement): void {
    const file = input.files?.[0];
    input.value = ''; // the same one may be chosen again
    if (file === undefined) return;
    setFlaw(file.size === 0 ? t().file.empty : file.size > most() ? t().file.tooLarge(most()) : '');
    if (flaw() !== '') return announce(flaw());
    sitting.files.bring(number(), file);
  }

  createEffect(
    on(brought, (is, was) => {
      if (is?.kind === 'sending' && was?.kind !== 'sending') announce(t().file.sending(is.name));
      if (is?.kind === 'failed') announce(failure(is));
      if (is === undefined && was?.kind === 'sending') announce(t().file.arrived(was.name));
    }),
  );

  return (
    <div class="field">
      <Show when={response() !== undefined}>
        <p class="file-there">
          {known() === undefined ? t().file.there : t().file.thereAs(known()?.name ?? '', known()?.bytes ?? 0)}
        </p>
      </Show>
      <label for={`answer-${number()}`}>{response() === undefined ? t().file.choose : t().file.replace}</label>
      <input
        type="file"
        id={`answer-${number()}`}
        accept={extensions().join(',')}
        onChange={(event) => chosen(event.currentTarget)}
        aria-describedby={`file-asked-${number()} truth-${number()}`}
      />
      <p class="hint" id={`file-asked-${number()}`}>
        {t().file.asked(extensions().join(' '), most())}
      </p>
      <Show when={flaw() !== ''}>
        <p class="told bad">{flaw()}</p>
      </Show>
      <Show when={sending(brought())}>
        {(one) => (
          <div class="row">
            <progress
              max={one().bytes}
              value={one().offset}
              aria-label={t().file.sending(one().name)}
              aria-valuetext={t().file.progress(one().offset, one().bytes)}
            />
            <span>{t().file.progress(one().offset, one().bytes)}</span>
            <button type="button" class="quiet" onClick={() => sitting.files.stop(number())}>
              {t().file.stop}
            </button>
            <p class="told warn">{t().file.leaveOpen}</p>
          </div>
        )}
      </Show>
      <Show when={failed(brought())}>{(one) => <p class="told bad">{failure(one())}</p>}</Show>
      <Show when={response() !== undefined}>
        <button type="button" class="quiet" onClick={() => sitting.answer(number(), null)}>
          {t().paper.clear}
        </button>
      </Show>
    </div>
  );
}

type Sending = Extract<Brought, { readonly kind: 'sending' }>;
type Failed = Extract<Brought, { readonly kind: 'failed' }>;

function sending(brought: Brought | undefined): Sending | undefined {
  return brought?.kind === 'sending' ? brought : undefined;
}

function failed(brought: Brought | undefined): Failed | undefined {
  return brought?.kind === 'failed' ? brought : undefined;
}

function failure({ name, code }: Failed): string {
  const known: Record<string, string> = t().file.refused;
  return `${t().file.failed(name)} ${known[code] ?? t().file.refused.other}`;
}
