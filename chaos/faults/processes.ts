// What happens to processes: killed, stopped and gone on, told to end, and Redis without its data. Whatever was down serves
// again when its fault is healed. Called by faults/all.ts.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Inject, Stage } from './fault.ts';

const START_LIMIT_MS = 60_000;
const AGAIN_MS = 300;
/** How long a process that was told to end may take. */
const END_LIMIT_MS = 12_000;

export const kill: Inject = async (stage, { target }) => {
  const wasThere = await bringDown(stage, target);
  return async () => {
    await bringUp(stage, target);
    return wasThere;
  };
};

export const wipe: Inject = async (stage, { target }) => {
  const wasThere = await bringDown(stage, target);
  rmSync(join(stage.hall.folder, target, 'appendonlydir'), { recursive: true, force: true });
  return async () => {
    await bringUp(stage, target);
    return wasThere;
  };
};

export const stop: Inject = async ({ hall }, { target }) => {
  const pid = hall.system.pid(target);
  await hall.system.kill(target, 'SIGSTOP');
  const isStopped = await stops(pid);
  return async () => {
    await hall.system.kill(target, 'SIGCONT');
    return isStopped ? 1 : 0;
  };
};

export const end: Inject = async (stage, { target }) => {
  const { system } = stage.hall;
  const wasThere = system.pid(target) === undefined ? 0 : 1;
  noteDown(stage, target);
  const gone = system.kill(target, 'SIGTERM');
  return async () => {
    const late = sleep(END_LIMIT_MS, 'late' as const, { ref: false });
    if ((await Promise.race([gone, late])) === 'late') await system.kill(target);
    await bringUp(stage, target);
    return wasThere;
  };
};

async function bringDown(stage: Stage, name: string): Promise<number> {
  const { system } = stage.hall;
  const wasThere = system.pid(name) === undefined ? 0 : 1;
  noteDown(stage, name);
  await system.kill(name);
  return wasThere;
}

/** Starts it until it serves: what it needs may be away as well, and then it ends at once. Throws what it said last. */
export async function bringUp(stage: Stage, name: string): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      await stage.hall.system.start(name);
      noteUp(stage, name);
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

function noteDown({ down }: Stage, name: string): void {
  down.set(name, (down.get(name) ?? 0) + 1);
}

/** One of those who took it down is through; while it was starting, another fault may have ended it again. */
function noteUp({ down }: Stage, name: string): void {
  const others = (down.get(name) ?? 0) - 1;
  if (others > 0) down.set(name, others);
  else down.delete(name);
}

/** Whether the kernel says that it stands still. */
async function stops(pid: number | undefined): Promise<boolean> {
  for (let tries = 0; pid !== undefined && tries < 20; tries++) {
    if (/^\d+ \(.*\) T/.test(statOf(pid))) return true;
    await sleep(5);
  }
  return false;
}

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it is gone
  }
}
