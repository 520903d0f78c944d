// The photo that is stored of the person, so that a mistaken card is seen at once. Where it does not come, nothing is missing.
import { createResource, onCleanup, Show } from 'solid-js';
import { useSeat } from '../seat.ts';
import { t } from '../texts/texts.ts';

export function OwnPhoto() {
  const seat = useSeat();
  const { session, now } = seat.sitting;
  const [address] = createResource(async () => {
    const photo = await session.photo();
    return photo === undefined ? undefined : URL.createObjectURL(photo);
  });
  onCleanup(() => {
    const made = address();
    if (made !== undefined) URL.revokeObjectURL(made);
  });
  return (
    <Show when={address()}>
      {(made) => <img class="photo" src={made()} alt={t().welcome.photoAlt(now.info.examinee.label)} />}
    </Show>
  );
}
