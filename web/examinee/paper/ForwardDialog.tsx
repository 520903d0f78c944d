// Only forward: leaving a question is for good, so it is asked first.
import { Dialog } from '../../shared/Dialog.tsx';
import { useSeat } from '../seat.ts';
import { isAnswered } from '../session/truth.ts';
import { t } from '../texts/texts.ts';
import { usePaper } from './open-paper.ts';

export function ForwardDialog(props: { readonly onStay: () => void; readonly onGo: () => void }) {
  const seat = useSeat();
  const paper = usePaper();
  const hasAnswer = () => isAnswered(seat.sitting.now.answers[paper.item()?.number ?? 0]);
  return (
    <Dialog title={t().paper.forwardTitle} onClose={() => props.onStay()}>
      <p>{hasAnswer() ? t().paper.forwardDone : t().paper.forwardOpen}</p>
      <p>{t().paper.forwardOnly}</p>
      <div class="row">
        <button type="button" class="primary" onClick={() => props.onGo()}>
          {t().paper.forwardGo}
        </button>
        <button type="button" onClick={() => props.onStay()}>
          {t().paper.forwardStay}
        </button>
      </div>
    </Dialog>
  );
}
