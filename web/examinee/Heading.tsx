// The heading of a screen: gets the focus when the screen appears, so that a keyboard and a screen reader go along.
import { type JSX, onMount } from 'solid-js';

export function Heading(props: { readonly children: JSX.Element; readonly id?: string }) {
  let heading: HTMLHeadingElement | undefined;
  onMount(() => heading?.focus({ preventScroll: true }));
  return (
    <h1
      id={props.id}
      tabindex="-1"
      ref={(made) => {
        heading = made;
      }}
    >
      {props.children}
    </h1>
  );
}
