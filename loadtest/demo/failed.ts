// What makes a demo fail. Called by the demo's exam and its proctor.

/** An answer that was shown as saved is not in the store, or the proctor could not do his work; the message says which. */
export class DemoFailed extends Error {
  readonly code = 'DEMO_FAILED';
  override name = 'DemoFailed';
}
