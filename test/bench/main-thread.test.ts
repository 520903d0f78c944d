// What a trace says of a page's main thread: the tasks of the busiest renderer, by stretches.
import assert from 'node:assert/strict';
import { mainThreadMs, type TraceEvent } from '../../bench/main-thread.ts';

const thread = (pid: number, name: string): TraceEvent => ({
  ...{ name: 'thread_name', ph: 'M', pid, tid: 1, ts: 0 },
  args: { name },
});
const task = (pid: number, atMs: number, ms: number, name = 'RunTask'): TraceEvent => ({
  ...{ name, ph: 'X', pid, tid: 1, ts: atMs * 1_000, dur: ms * 1_000 },
});

describe('the main thread of a traced page', () => {
  it('is summed in each stretch, of the busiest renderer alone', () => {
    const events = [
      thread(1, 'CrRendererMain'),
      thread(2, 'CrRendererMain'),
      thread(3, 'CrBrowserMain'),
      task(1, 1_000, 4),
      task(1, 1_100, 6),
      task(1, 1_260, 2),
      task(1, 1_600, 1),
      task(2, 1_000, 5),
      task(3, 1_000, 900),
      task(1, 1_000, 4, 'FunctionCall'),
    ];
    assert.deepEqual(mainThreadMs(events, 250), [10, 2]);
    const half = events.map((event) => ({ ...event, tdur: (event.dur ?? 0) / 2 }));
    assert.deepEqual(mainThreadMs(half, 250, 'cpu'), [5, 1]);
  });

  it('is nothing in an empty trace', () => {
    assert.deepEqual(mainThreadMs([], 250), []);
  });
});
