// The guard: what a launcher started does not outlive it.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, signalProcess, untilGone } from '../../bin/launcher/process-id.ts';
import { testFolder } from '../support/parts.ts';

const CHILDREN_END_WITHIN_MS = 5_000;

describe('guard', () => {
  let folder: string;
  let launcher: ChildProcess;
  let children: number[];

  beforeEach(async () => {
    folder = await testFolder();
    const script = fileURLToPath(new URL('./launcher-fixture.ts', import.meta.url));
    launcher = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.ok(launcher.stdout);
    const [line] = await once(launcher.stdout, 'data');
    children = JSON.parse(String(line));
  });

  afterEach(() => {
    launcher.kill('SIGKILL');
    for (const pid of children) signalProcess(pid, 'SIGKILL');
  });

  it('ends the children of a launcher that was killed within 5 s, in order, also a deaf one', async () => {
    assert.deepEqual(children.map(isAlive), [true, true, true]);
    launcher.kill('SIGKILL');
    assert.equal(await untilGone(children, CHILDREN_END_WITHIN_MS), true);
    assert.equal(readFileSync(join(folder, 'happened'), 'utf8'), 'api SIGTERM\nroom SIGTERM\nstore SIGTERM\n');
  });

  it('is replaced when it is killed itself, and the new one knows the children', async () => {
    const [guard = 0] = childrenOf(launcher.pid ?? 0).filter((pid) => !children.includes(pid));
    signalProcess(guard, 'SIGKILL');
    assert.equal(await untilGone([guard], 2_000), true);
    while (childrenOf(launcher.pid ?? 0).length <= children.length)
      await new Promise((resolve) => setTimeout(resolve, 20));
    launcher.kill('SIGKILL');
    assert.equal(await untilGone(children, CHILDREN_END_WITHIN_MS), true);
  });
});

/** From /proc, so this test is for Linux, as is the machine that runs it. */
function childrenOf(parent: number): number[] {
  return globSync('/proc/[0-9]*/stat').flatMap((file) => {
    const line = readOrEmpty(file);
    const [state, ppid] = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return Number(ppid) === parent && state !== 'Z' ? [Number.parseInt(line, 10)] : [];
  });
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // The process ended between the listing and the reading.
  }
}
