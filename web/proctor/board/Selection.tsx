// Several people at once: select all that are shown, and what can be ordered for them.
import { Show } from 'solid-js';
import { PersonActs } from '../controls/PersonActs.tsx';
import { useDesk } from '../desk.ts';
import { t } from '../texts/texts.ts';

export function Selection(props: { readonly ids: readonly string[] }) {
  const desk = useDesk();
  const rows = () => desk.selected().flatMap((id) => desk.board.byId[id] ?? []);
  return (
    <div class="row selection">
      <button type="button" class="quiet" onClick={() => desk.setSelected(props.ids)}>
        {t().board.selectShown}
      </button>
      <Show when={desk.selected().length > 0}>
        <button type="button" class="quiet" onClick={() => desk.setSelected([])}>
          {t().board.selectNone}
        </button>
        <strong role="status">{t().board.selected(desk.selected().length)}</strong>
        <fieldset class="row acts">
          <legend class="unseen">{t().controls.ofSelected}</legend>
          <PersonActs rows={rows()} examineeIds={desk.selected()} />
        </fieldset>
      </Show>
    </div>
  );
}
