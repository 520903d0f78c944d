// Makes a process of a bench collect its garbage, so that its memory means something: through Node's inspector, which
// a signal opens and which listens on this machine alone. Only for processes that the bench started with
// INSPECTABLE in their environment. Called by rooms.ts.
import { readFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Gives each process's inspector a free port. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=0' } as const;

const LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Resolves when the process has collected; `logPath` is where its standard error goes. Throws where it does not answer. */
export async function collectGarbage(pid: number, logPath: string): Promise<void> {
  const socket = new WebSocket(await inspectorOf(pid, logPath));
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      limit.addEventListener('abort', () => reject(new Error(`process ${pid} did not collect its garbage`)));
      socket.addEventListener('error', () => reject(new Error(`the inspector of ${pid} is not there`)));
      socket.addEventListener('open', () => socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}'));
      socket.addEventListener('message', () => resolve());
    });
  } finally {
    socket.close();
  }
}

/** The same for this process. */
export async function collectOwnGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}

/** Node says once where it listens; a second signal changes nothing. */
async function inspectorOf(pid: number, logPath: string): Promise<string> {
  process.kill(pid, 'SIGUSR1');
  const until = performance.now() + LIMIT_MS;
  while (performance.now() < until) {
    const [, url] = /Debugger listening on (ws:\S+)/.exec(await readFile(logPath, 'utf8')) ?? [];
    if (url !== undefined) return url;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`process ${pid} did not open its inspector`);
}
