// Which process a rehearsal kills: one that its launcher starts again, on this machine alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parentOf } from '../../bin/launcher/process-id.ts';
import { type Candidate, killVictim, victimAmong } from '../../bin/launcher/victim.ts';

const HERE = { host: 'exam-1', launchers: new Set([10, 20]) };
const PARENTS = new Map([
  [11, 10],
  [21, 20],
  [31, 30],
]);
const parent = (pid: number) => PARENTS.get(pid);

function aProcess(pid: number, given: Partial<Candidate> = {}): Candidate {
  return { host: 'exam-1', pid, roles: ['rooms'], rooms: 1, clients: 1, ...given };
}

describe('what a rehearsal kills', () => {
  it('is of the rooms processes here the one with most people, and then with most rooms', () => {
    const few = aProcess(11, { clients: 3, rooms: 9 });
    const many = aProcess(21, { clients: 30 });
    assert.equal(victimAmong([few, many], HERE, parent), many);
    const empty = [aProcess(11, { clients: 0, rooms: 2 }), aProcess(21, { clients: 0, rooms: 3 })];
    assert.equal(victimAmong(empty, HERE, parent), empty[1]);
  });

  it('is never of another machine, of another role, or one that no launcher of ours watches', () => {
    const others = [
      aProcess(11, { host: 'exam-2', clients: 900 }),
      aProcess(21, { roles: ['api', 'workers'], clients: 900 }),
      aProcess(31, { clients: 900 }),
      aProcess(41, { clients: 900 }),
    ];
    assert.equal(victimAmong(others, HERE, parent), undefined);
  });

  it('is killed by its id, and what it had is told', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    assert.equal(parentOf(pid), process.pid);
    const told = killVictim(aProcess(pid, { roles: ['api', 'rooms'], rooms: 2, clients: 30 }));
    assert.equal(told, `exam-1/${pid} (api,rooms) with 2 rooms and 30 people`);
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL');
    assert.throws(() => killVictim(aProcess(pid)), /could not be killed: it is gone/);
    assert.equal(parentOf(pid), undefined);
  });
});
