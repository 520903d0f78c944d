// How Node is called for a process that serves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverArguments, unmarkedMb } from '../../bin/launcher/server-command.ts';
import { testFolder } from '../support/parts.ts';

const GB = 2 ** 30;
/** Grows by 20 MB, collects, grows by 250 MB more, and says how often the whole heap was marked meanwhile. */
const GROWS = `
import { constants, PerformanceObserver } from 'node:perf_hooks';
const kept = [];
const grow = async (turns) => {
  for (let turn = 0; turn < turns; turn++) {
    kept.push(Array.from({ length: 20_000 }, (_, index) => ({ turn, index })));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};
let marked = 0;
const isMajor = ({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
const observer = new PerformanceObserver((list) => { marked += list.getEntries().filter(isMajor).length; });
await grow(20);
gc();
await new Promise((resolve) => setTimeout(resolve, 50));
observer.observe({ entryTypes: ['gc'] });
await grow(250);
await new Promise((resolve) => setTimeout(resolve, 50));
console.log(marked, kept.length);`;

describe('the command of a server', () => {
  it('lets its heap grow to 512 MB unmarked, and to a sixteenth of a machine with less than 8 GB', () => {
    assert.deepEqual(
      [64 * GB, 8 * GB, 4 * GB, 2 * GB, 1].map((bytes) => unmarkedMb(bytes)),
      [512, 512, 256, 128, 1],
    );
  });

  it('runs server.ts of the tree that is named, and its heap is not marked while it grows by 250 MB', async () => {
    const root = await testFolder();
    writeFileSync(join(root, 'server.ts'), GROWS);
    const marked = (args: string[]) =>
      Number(execFileSync(process.execPath, ['--expose-gc', ...args], { encoding: 'utf8' }).split(' ')[0]);
    const command = serverArguments(root, 8 * GB);
    assert.equal(command.at(-1), join(root, 'server.ts'));
    assert.equal(marked(command), 0);
    assert.notEqual(marked(command.slice(-1)), 0, 'without the flag it is marked');
  });
});
