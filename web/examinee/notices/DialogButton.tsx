// A button that opens a dialog with a way out.
import { createSignal, type JSX, Show } from 'solid-js';
import { Dialog } from '../../shared/Dialog.tsx';

type Props = {
  readonly label: string;
  readonly title: string;
  readonly close: string;
  readonly children: (close: () => void) => JSX.Element;
};

export function DialogButton(props: Props) {
  const [isOpen, setOpen] = createSignal(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {props.label}
      </button>
      <Show when={isOpen()}>
        <Dialog title={props.title} onClose={close}>
          {props.children(close)}
          <div class="row closing">
            <button type="button" onClick={close}>
              {props.close}
            </button>
          </div>
        </Dialog>
      </Show>
    </>
  );
}
