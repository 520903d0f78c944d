// One formula, as MathML that the browser draws and a screen reader reads. KaTeX comes only with the first one; until then,
// and where it cannot be read, its source stands there.
import { createResource, Show } from 'solid-js';

const load = () => import('katex');

export function Formula(props: { readonly source: string; readonly display: boolean }) {
  const [library] = createResource(load);
  return (
    <Show when={library.state === 'ready' ? library() : undefined} fallback={<code dir="ltr">{props.source}</code>}>
      {(katex) => (
        <span
          class="formula"
          dir="ltr"
          ref={(element) =>
            katex().default.render(props.source, element, {
              output: 'mathml',
              displayMode: props.display,
              throwOnError: false,
              trust: false,
              maxExpand: 100,
            })
          }
        />
      )}
    </Show>
  );
}
