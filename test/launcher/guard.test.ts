// The guard: what a launcher started does not outlive it.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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

  it('is replaced when it is killed itself, and the new one knows the children from birth', async () => {
    const before = childrenOf(launcher.pid);
    const [guard] = before.filter((pid) => !children.includes(pid));
    assert.ok(guard !== undefined);
    signalProcess(guard, 'SIGKILL');
    // Killed as soon as there is another: without a pause, a launcher that still has to tell it the list has not done so.
    untilChildAfter(before);
    launcher.kill('SIGKILL');
    assert.equal(await untilGone(children, CHILDREN_END_WITHIN_MS), true);
  });

  function untilChildAfter(before: number[]): void {
    const endAt = performance.now() + 10_000;
    while (childrenOf(launcher.pid).every((pid) => before.includes(pid)))
      assert.ok(performance.now() < endAt, 'no new guard within 10 s');
  }
});

/** From /proc, so this test is for Linux, as is the machine that runs it. One small file, because it is asked without a pause. */
function childrenOf(parent = 0): number[] {
  const list = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}
