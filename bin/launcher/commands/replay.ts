// `examhall replay`: a recorded exam against a running system. The replay itself is loadtest/replay.ts.

/** Hands the arguments over. */
export async function replay(args: string[]): Promise<void> {
  const { runReplay } = await import('../../../loadtest/replay.ts');
  await runReplay(args);
}
