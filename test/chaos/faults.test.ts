// What the schedule knows of whom its faults have taken down, where two of them take the same process.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Stage } from '../../chaos/faults/fault.ts';
import { end, kill } from '../../chaos/faults/processes.ts';

/** A system whose one process starts and ends exactly when it is told to: the order of two faults is what is tried. */
function stageOf() {
  let pid: number | undefined = 1;
  let starting = Promise.withResolvers<void>();
  const system = {
    pid: () => pid,
    async kill() {
      pid = undefined;
    },
    async start() {
      await starting.promise;
      pid = 2;
    },
  };
  const stage = { hall: { system, folder: '' }, exam: {}, down: new Map() } as unknown as Stage;
  const started = () => {
    starting.resolve();
    starting = Promise.withResolvers();
  };
  return { stage, started };
}

const fault = { kind: 'kill', target: 'api', at: 0, ms: 0 } as unknown as Parameters<typeof kill>[1];

describe('a process that two faults of a schedule take down', () => {
  it('is expected to be away until both are through, also where the second came while the first let it start', async () => {
    const { stage, started } = stageOf();
    const healFirst = await kill(stage, fault);
    const first = healFirst();
    const healSecond = await end(stage, fault);
    started();
    await first;
    assert.ok(stage.down.has('api'), 'the second one is not through');
    const second = healSecond();
    await setImmediate(); // it has asked the system to start it
    started();
    await second;
    assert.ok(!stage.down.has('api'));
  });
});
