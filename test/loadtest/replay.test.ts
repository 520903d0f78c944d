// Recorded exams through the whole system, over real sockets: what comes out is what was published about them.
// Expected figures: Bock & Lieberman (1970) and the psychometric tables named in each test, never this project's own.
import assert from 'node:assert/strict';
import { lsat6Request } from '../../loadtest/lsat6.ts';
import type { ReplayReport } from '../../loadtest/replay/report.ts';
import { readResponseFile } from '../../loadtest/replay/response-file.ts';
import { type ReplayOptions, replayExam } from '../../loadtest/replay.ts';
import { recordedFile } from '../support/recorded-data.ts';
import { servedSystem } from './system.ts';

const QUIET: Pick<ReplayOptions, 'print' | 'progress'> = { print: () => {}, progress: { write: () => true } };

/** Asserts that a figure is the printed one within half a unit of its last digit. */
function assertPrinted(actual: number | null, printed: string, what: string): void {
  const digits = printed.split('.')[1]?.length ?? 0;
  const off = Math.abs((actual ?? Number.NaN) - Number(printed));
  assert.ok(off <= 0.5 * 10 ** -digits + 1e-12, `${what} is ${actual}, printed as ${printed}`);
}

function assertNothingLost(report: ReplayReport): void {
  const { lost, different, answersSent, answersSaved, overtaken } = report;
  const unsaved = answersSent - answersSaved - overtaken;
  assert.deepEqual({ lost, different, unsaved }, { lost: 0, different: 0, unsaved: 0 });
}

describe('the replay of a recorded exam', function () {
  this.timeout(240_000);
  const system = servedSystem('loadtest-replay');
  const replay = (exam: ReplayOptions['exam'], name: string) =>
    replayExam({ url: system.url, adminToken: system.token, exam, name, ...QUIET });

  it('of LSAT section 6 gives the published figures of its 1,000 examinees, and loses none of their answers', async () => {
    const report = await replay(await readResponseFile(lsat6Request()), 'LSAT6');
    assertNothingLost(report);
    assert.deepEqual([report.examinees, report.rooms, report.items.length], [1_000, 34, 5]);
    assertPrinted(report.mean, '3.819', 'mean');
    assertPrinted(report.sd, '1.0350', 'SD');
    assertPrinted(report.alpha, '0.2950', 'alpha');
    const published = [
      ['.924', '.3620', '.1128'],
      ['.709', '.5668', '.1532'],
      ['.553', '.6184', '.1728'],
      ['.763', '.5344', '.1444'],
      ['.870', '.4354', '.1216'],
    ];
    for (const [index, [p = '', total = '', rest = '']] of published.entries()) {
      const item = report.items[index];
      assertPrinted(item?.p ?? null, p, `p of item ${index + 1}`);
      assertPrinted(item?.pointBiserial ?? null, total, `point-biserial of item ${index + 1}`);
      assertPrinted(item?.pointBiserialRest ?? null, rest, `point-biserial with the rest of item ${index + 1}`);
    }
    assert.deepEqual(report.items[0]?.counts, { 0: 76, 1: 924 });
    assert.ok(report.answersSent > 5_000, 'nobody changed his mind');
  });

  it('of CTT20 gives the figures of the R package CTT', async function () {
    const [responses, key] = [recordedFile(this, 'ctt20.csv'), recordedFile(this, 'ctt20-key.csv')];
    const report = await replay(await readResponseFile({ responses, key }), 'CTT20');
    assertNothingLost(report);
    assert.deepEqual([report.examinees, report.rooms, report.items.length], [100, 4, 20]);
    assertPrinted(report.mean, '9.48', 'mean');
    assertPrinted(report.alpha, '0.8128', 'alpha');
    assert.equal(report.items[0]?.counts.D, 47);
  });

  it('runs beside another one of the same names, and neither sees the other', async () => {
    const request = {
      responses: { name: 'small.csv', content: 'who,q1,q2\ne1,A,B\ne2,B,\ne3,A,A\n' },
      key: new Map([
        ['q1', 'A'],
        ['q2', 'B'],
      ]),
    };
    const exam = await readResponseFile(request);
    const reports = await Promise.all([replay(exam, 'small'), replay(exam, 'small')]);
    for (const report of reports) {
      assertNothingLost(report);
      assert.equal(report.mean, 1);
      assert.deepEqual(report.items[1]?.counts, { A: 1, B: 1 });
      assert.equal(report.items[1]?.omitted, 1);
    }
  });
});
