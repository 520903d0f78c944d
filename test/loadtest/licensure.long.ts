// One real licensure exam through the whole system: 1,607 examinees in 310 rooms, 170 items, 273,190 responses.
// Expected figures were computed apart from this project from the raw file (licensure-expected.csv beside it).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { ReplayReport } from '../../loadtest/replay/report.ts';
import { readResponseFile } from '../../loadtest/replay/response-file.ts';
import { replayExam } from '../../loadtest/replay.ts';
import { recordedFile } from '../support/recorded-data.ts';
import { servedSystem } from './system.ts';

const TOLERANCE = 1e-9;
const FORM = { mean: 122.668948350965, sd: 16.165009190184, alpha: 0.889852182175, sem: 5.36492808364 };
const OPTIONS = ['A', 'B', 'C', 'D'];

function assertClose(actual: number | null, expected: number, what: string): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= TOLERANCE, `${what} is ${actual}, expected ${expected}`);
}

describe('the replay of the licensure exam', function () {
  this.timeout(600_000);
  const system = servedSystem('loadtest-licensure', 'apart');

  it('loses nothing of 1,607 examinees in 310 rooms, and gives every figure as computed from the file', async function () {
    const [responses, key] = [recordedFile(this, 'licensure.csv'), recordedFile(this, 'licensure-key.csv')];
    const expected: Record<string, string>[] = parse(readFileSync(recordedFile(this, 'licensure-expected.csv')), {
      columns: true,
    });
    const exam = await readResponseFile({ responses, key, roomColumn: 'centre' });
    const to = { print: (line: string) => console.log(`      ${line}`), progress: process.stderr };
    const report: ReplayReport = await replayExam({
      url: system.url,
      adminToken: system.token,
      exam,
      name: 'licensure',
      ...to,
    });
    const { lost, different, rooms, examinees, answersSent, answersSaved, overtaken } = report;
    assert.deepEqual({ lost, different, rooms, examinees }, { lost: 0, different: 0, rooms: 310, examinees: 1_607 });
    assert.equal(answersSaved + overtaken, answersSent);
    assert.ok(answersSent > 1_607 * 170, 'nobody changed his mind');
    for (const [name, value] of Object.entries(FORM)) assertClose(report[name as keyof typeof FORM], value, name);
    assert.equal(report.items.length, expected.length);
    expected.forEach((row, index) => {
      const item = report.items[index];
      assert.equal(item?.item, row.item);
      assertClose(item?.p ?? null, Number(row.p), `p of ${row.item}`);
      assertClose(item?.pointBiserial ?? null, Number(row.point_biserial), `point-biserial of ${row.item}`);
      assertClose(item?.pointBiserialRest ?? null, Number(row.point_biserial_rest), `rest of ${row.item}`);
      const counts = OPTIONS.map((option) => item?.counts[option] ?? 0);
      assert.deepEqual(
        counts,
        OPTIONS.map((option) => Number(row[`n_${option}`])),
        `counts of ${row.item}`,
      );
      assert.equal(item?.omitted, Number(row.n_omitted));
    });
    const suspicious = report.items
      .filter(({ pointBiserialRest }) => (pointBiserialRest ?? 0) < 0)
      .map(({ item }) => item);
    assert.deepEqual(suspicious, ['q030', 'q170']);
  });
});
