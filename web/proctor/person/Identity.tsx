// The stored photo of somebody, and what a proctor has decided about who it is.
import { createResource, createSignal, createUniqueId, onCleanup, Show } from 'solid-js';
import { instantText } from '../../shared/time.ts';
import { useDesk } from '../desk.ts';
import { failureWords } from '../failure-words.ts';
import { t } from '../texts/texts.ts';

type Props = { readonly examineeId: string; readonly roomId: string; readonly label: string };

export function Identity(props: Props) {
  const desk = useDesk();
  const id = createUniqueId();
  const words = () => t().person;
  const [note, setNote] = createSignal('');
  const [told, setTold] = createSignal('');
  let address = '';
  onCleanup(() => URL.revokeObjectURL(address));
  const [photo] = createResource(
    () => props.examineeId,
    async (examineeId) => {
      const { staff } = desk.account;
      // Asked anew for whoever is looked at: it may have been stored since the roster was read.
      const { hasPhoto } = await staff.examinee(examineeId);
      const blob = hasPhoto ? await staff.photo(examineeId) : undefined;
      URL.revokeObjectURL(address);
      address = blob === undefined ? '' : URL.createObjectURL(blob);
      return address;
    },
  );
  const identity = () => desk.roster.of(props.examineeId)?.identity ?? undefined;
  const decide = async (confirmed: boolean) => {
    try {
      const version = identity()?.version ?? 0;
      await desk.account.staff.confirmIdentity(props.examineeId, { confirmed, note: note().trim(), version });
      setNote('');
      setTold(words().identitySaved);
    } catch (cause) {
      setTold(words().identityFailed(failureWords(cause)));
    }
    await desk.roster.again(props.roomId);
  };
  return (
    <section class="identity" aria-label={words().identity}>
      <h3>{words().identity}</h3>
      <div class="row">
        <Show
          when={photo.state === 'ready' && photo() !== '' && photo()}
          fallback={<p class="hint">{photo.error ? words().photoFailed : words().noPhoto}</p>}
        >
          {(source) => <img class="photo" src={source()} alt={words().photoOf(props.label)} />}
        </Show>
        <div class="stack decide">
          <Show when={identity()} fallback={<span class="hint">{words().undecided}</span>}>
            {(one) => (
              <span>
                <span class="chip" classList={{ good: one().confirmed, bad: !one().confirmed }}>
                  {one().confirmed ? `✓ ${words().confirmed}` : `✕ ${words().notConfirmed}`}
                </span>{' '}
                <span class="hint" dir="auto">
                  {words().decidedAt(instantText(one().at))} {desk.board.proctorName(one().by) ?? ''} {one().note}
                </span>
              </span>
            )}
          </Show>
          <label class="unseen" for={id}>
            {words().note}
          </label>
          <input
            id={id}
            value={note()}
            maxLength={500}
            placeholder={words().note}
            dir="auto"
            onInput={(event) => setNote(event.currentTarget.value)}
          />
          <span class="row">
            <button type="button" class="quiet outlined" onClick={() => void decide(true)}>
              {words().isThem}
            </button>
            <button type="button" class="quiet outlined" onClick={() => void decide(false)}>
              {words().isNotThem}
            </button>
          </span>
          <span role="status" class="hint">
            {told()}
          </span>
        </div>
      </div>
    </section>
  );
}
