// A question that has to be answered first: the browser's own modal dialog, which keeps the focus inside and gives it back.
// Called by both pages.
import { type JSX, onCleanup, onMount, Show } from 'solid-js';

type Props = {
  readonly title: string;
  /** Escape and the backdrop close it too; without it only what is inside can. */
  readonly onClose?: () => void;
  readonly tone?: 'danger';
  readonly children: JSX.Element;
};

let made = 0;

export function Dialog(props: Props) {
  const id = `dialog-${++made}`;
  let element: HTMLDialogElement | undefined;
  onMount(() => {
    const before = document.activeElement;
    element?.showModal();
    onCleanup(() => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    });
  });
  return (
    <dialog
      ref={(made) => {
        element = made;
      }}
      class="dialog"
      classList={{ danger: props.tone === 'danger' }}
      aria-labelledby={id}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return; // a file's picker that was closed says so too
        event.preventDefault();
        props.onClose?.();
      }}
    >
      <h2 id={id}>
        <Show when={props.tone === 'danger'}>
          <span aria-hidden="true">⚠ </span>
        </Show>
        {props.title}
      </h2>
      {props.children}
    </dialog>
  );
}
