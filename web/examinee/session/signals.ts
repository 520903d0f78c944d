// What the page notices and reports: the kinds that the plan records, and no other. Nothing is prevented, and never is a text
// or what was pasted sent.
import { onCleanup } from 'solid-js';
import type { ExamSession } from '../../../client/session.ts';
import type { SignalKind } from '../../../schema/incidents.ts';

/** A glance at a message of the device is no absence. */
const GLANCE_MS = 1_000;

/** Watches as long as its owner lives; `isWatched` says whether the paper is open, because only then it counts. */
export function watchSignals(session: ExamSession, kinds: readonly SignalKind[], isWatched: () => boolean): void {
  const has = (kind: SignalKind) => kinds.includes(kind);
  const report = (kind: SignalKind) => {
    if (isWatched()) session.report({ kind });
  };
  if (has('focus-lost')) watchFocus(() => report('focus-lost'));
  if (has('paste')) listen(document, 'paste', () => report('paste'));
  if (has('full-screen-left'))
    listen(document, 'fullscreenchange', () => document.fullscreenElement === null && report('full-screen-left'));
  if (has('second-screen')) watchScreens(() => report('second-screen'));
}

function watchFocus(lost: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const away = () => {
    timer ??= setTimeout(lost, GLANCE_MS);
  };
  const back = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  listen(window, 'blur', away);
  listen(window, 'focus', back);
  listen(document, 'visibilitychange', () => (document.hidden ? away() : back()));
  onCleanup(back);
}

/** Browsers that do not say it are not asked: that would need a permission. */
function watchScreens(found: () => void): void {
  let wasExtended = false;
  const look = () => {
    const isExtended = (screen as { readonly isExtended?: boolean }).isExtended === true;
    if (isExtended && !wasExtended) found();
    wasExtended = isExtended;
  };
  look();
  listen(window, 'resize', look);
}

function listen(target: EventTarget, name: string, hear: () => void): void {
  target.addEventListener(name, hear);
  onCleanup(() => target.removeEventListener(name, hear));
}
