// One call that serves everybody who asks in the same turn. When Redis has forgotten the leases, all rooms of a process
// ask for their rows at once, and each answer is about all of them: 400 rooms read 160,000 rows. Called by rooms/main.ts.

/** A function that does the work once for all calls of one turn of the event loop; what it comes to is told to each. */
export function sharedCall(work: () => Promise<void>): () => Promise<void> {
  let next: Promise<void> | undefined;
  return () => {
    next ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      next = undefined;
      return work();
    });
    return next;
  };
}
