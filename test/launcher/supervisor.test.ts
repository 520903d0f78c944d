// The supervisor with real processes: order, restarts, and an end for everything.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../bin/launcher/process-id.ts';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../../bin/launcher/supervisor.ts';
import { testFolder } from '../support/parts.ts';
import { childSpec } from './child-spec.ts';

describe('supervisor', () => {
  let folder: string;
  let supervisor: Supervisor;
  let told: string[];
  let onTold: () => void;

  function supervise(restart: SupervisorOptions['restart']): Supervisor {
    supervisor = createSupervisor({
      restart,
      tell(sentence) {
        told.push(sentence);
        onTold();
      },
    });
    return supervisor;
  }

  function untilTold(pattern: RegExp, times = 1): Promise<void> {
    return new Promise((resolve) => {
      onTold = () => {
        if (told.filter((sentence) => pattern.test(sentence)).length >= times) resolve();
      };
      onTold();
    });
  }

  const happened = () => (existsSync(join(folder, 'happened')) ? readFileSync(join(folder, 'happened'), 'utf8') : '');

  beforeEach(async () => {
    folder = await testFolder();
    told = [];
    onTold = () => {};
  });

  afterEach(() => supervisor.stop());

  it('resolves a start when the child says that it is ready', async () => {
    await supervise('never').start(childSpec(folder, 'a'));
    assert.ok(isAlive(supervisor.pid('a') ?? 0));
    assert.deepEqual(supervisor.names(), ['a']);
  });

  it('rejects the start of a child that dies, with the end of its log, and does not start it again', async () => {
    await assert.rejects(
      supervise('always').start(childSpec(folder, 'a', 'die')),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CHILD_DIED');
        assert.match(error.message, /the reason why/);
        return true;
      },
    );
    assert.deepEqual(supervisor.names(), []);
    assert.deepEqual(told, []);
  });

  it('rejects the start of a child that is never ready, and ends it', async () => {
    const starting = supervise('always').start(childSpec(folder, 'a', 'silent'));
    const pid = supervisor.pid('a') ?? 0;
    await assert.rejects(starting, { code: 'CHILD_NOT_READY' });
    assert.equal(isAlive(pid), false);
  });

  it('starts a killed child again, each time after a longer wait', async () => {
    await supervise('always').start(childSpec(folder, 'a'));
    for (const times of [1, 2]) {
      const before = supervisor.pid('a');
      await supervisor.kill('a');
      await untilTold(/serves again/, times);
      assert.notEqual(supervisor.pid('a'), before);
    }
    assert.deepEqual(
      told.filter((sentence) => sentence.includes('ended')),
      ['a ended (SIGKILL); it starts again in 0.2 s.', 'a ended (SIGKILL); it starts again in 0.4 s.'],
    );
  });

  it('leaves a killed child down where restarts are off, until it is started again', async () => {
    await supervise('never').start(childSpec(folder, 'a'));
    await supervisor.kill('a');
    assert.equal(supervisor.pid('a'), undefined);
    await supervisor.startAgain('a');
    assert.ok(isAlive(supervisor.pid('a') ?? 0));
  });

  it('resolves a kill with SIGSTOP at once, and the child lives', async () => {
    await supervise('always').start(childSpec(folder, 'a'));
    await supervisor.kill('a', 'SIGSTOP');
    assert.ok(isAlive(supervisor.pid('a') ?? 0));
    await supervisor.kill('a', 'SIGCONT');
  });

  it('stops the highest stage first, waits for it, and kills what is deaf', async () => {
    supervise('always');
    await supervisor.start(childSpec(folder, 'store', 'serve', 0));
    await supervisor.start(childSpec(folder, 'room', 'stubborn', 1));
    await supervisor.start(childSpec(folder, 'api', 'serve', 2));
    const pids = ['store', 'room', 'api'].map((name) => supervisor.pid(name) ?? 0);
    await supervisor.stop();
    assert.equal(happened(), 'api SIGTERM\nroom SIGTERM\nstore SIGTERM\n');
    assert.deepEqual(pids.map(isAlive), [false, false, false]);
  });

  it('stops while a child waits for its next start, and stops twice', async () => {
    await supervise('always').start(childSpec(folder, 'a'));
    await supervisor.kill('a');
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    await supervisor.stop();
    assert.equal(supervisor.pid('a'), undefined);
  });

  it('refuses to start anything once it was stopped', async () => {
    await supervise('always').stop();
    await assert.rejects(supervisor.start(childSpec(folder, 'late')), { code: 'STOPPING' });
  });

  it('names the children that there are when it is asked for another', async () => {
    await supervise('never').start(childSpec(folder, 'a'));
    await assert.rejects(supervisor.kill('b'), { code: 'CHILD_UNKNOWN', message: 'there is no b here, only a.' });
  });
});
