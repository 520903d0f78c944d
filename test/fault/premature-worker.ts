// The control of the kill tests: an answers worker with its two steps in the wrong order, in a process of its own that is
// killed again and again between them. The harness must see that answers are lost.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { System } from '../../bin/launcher/system.ts';

const KILL_EVERY_MS = 900;

/** Starts the worker, and kills and starts it until `stop`; the last one is left to finish its jobs. */
export async function startPrematureWorker(system: System): Promise<{ stop(): Promise<void> }> {
  let child = await start(system);
  let stopped = false;
  const killing = (async () => {
    while (!stopped) {
      await sleep(KILL_EVERY_MS);
      await end(child);
      child = await start(system);
    }
  })();
  return {
    async stop() {
      if (stopped) return;
      stopped = true;
      await killing;
      await sleep(1_000);
      await end(child);
    },
  };
}

async function start({ mongodbUrl, redisUrl, secret }: System): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('./premature-worker-process.ts', import.meta.url));
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, MONGODB_URL: mongodbUrl, REDIS_URL: redisUrl, EXAMHALL_SECRET: secret },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
