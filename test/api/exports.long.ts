// An export of 10,000 rows is streamed: while 20 MB go out the heap stays flat, and a reader that stops makes the api stop
// reading the store. In one process with the reader, so what is held counts twice.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { newId } from '../../schema/ids.ts';
import { type ExamFixture, makeExam } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const ROWS = 10_000;
const ROW_BYTES = 2_000;
const MIB = 1_024 * 1_024;

describe('an export of 10,000 rows', function () {
  this.timeout(120_000);
  let api: RunningApi;
  let exam: ExamFixture;
  let pages = 0;

  before(async () => {
    api = await startApi('exports-long', {
      decorate: (store) => {
        const byPlan: typeof store.logs.byPlan = (...given) => {
          pages++;
          return store.logs.byPlan(...given);
        };
        return { ...store, logs: { ...store.logs, byPlan } };
      },
    });
    exam = await makeExam(api);
    for (let from = 0; from < ROWS; from += 500)
      await api.store.logs.insert(
        Array.from({ length: 500 }, (_, index) => ({
          ...{ logId: newId(), planId: exam.planId, stream: 'system' as const, subject: '-', kind: 'row' },
          at: from + index + 1,
          data: { text: 'x'.repeat(ROW_BYTES) },
        })),
      );
  });
  after(() => api.stop());

  const open = async (signal?: AbortSignal): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const headers = { authorization: `Bearer ${exam.admin}` };
    const response = await fetch(`${api.url}/v1/plans/${exam.planId}/exports/logs.csv`, {
      headers,
      ...(signal ? { signal } : {}),
    });
    assert.ok(response.body);
    return response.body.getReader();
  };

  it('keeps the heap flat while all of it goes out', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held: number[] = [];
    const reader = await open();
    let [bytes, rows, next] = [0, 0, 0];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      rows += value.filter((byte) => byte === 10).length;
      if (bytes < next) continue;
      next = bytes + MIB;
      collect();
      const { heapUsed, external } = process.memoryUsage();
      held.push(heapUsed + external);
    }
    const grown = (Math.max(...held.slice(2)) - (held[1] ?? 0)) / MIB;
    console.log(
      `      ${rows} lines, ${(bytes / MIB).toFixed(1)} MiB, ${held.length} looks, at most ${grown.toFixed(1)} MiB more than at the second`,
    );
    assert.ok(rows >= ROWS + 1 && bytes > ROWS * ROW_BYTES);
    assert.ok(grown < 6, `${grown} MiB more`);
  });

  it('reads no further from the store than a reader takes', async () => {
    pages = 0;
    const end = new AbortController();
    const reader = await open(end.signal);
    await reader.read();
    let before = -1;
    while (before !== pages) {
      before = pages;
      await sleep(500);
    }
    console.log(`      a reader that stops makes the api stop after ${pages} of ${ROWS / 200} pages`);
    assert.ok(pages < ROWS / 200, `${pages} pages`);
    end.abort();
  });
});
