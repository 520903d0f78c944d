// Recorded exams through the whole system, over real sockets: what comes out is what was published about them.
// Expected figures: the psychometric tables named in each test, never this project's own. A thousand people: lsat6.long.ts.
import assert from 'node:assert/strict';
import { readResponseFile } from '../../loadtest/replay/response-file.ts';
import { type ReplayOptions, replayExam } from '../../loadtest/replay.ts';
import { recordedFile } from '../support/recorded-data.ts';
import { assertNothingLost, assertPrinted, QUIET } from './replay-figures.ts';
import { servedSystem } from './system.ts';

describe('the replay of a recorded exam', function () {
  this.timeout(240_000);
  const system = servedSystem('loadtest-replay');
  const replay = (exam: ReplayOptions['exam'], name: string) =>
    replayExam({ url: system.url, adminToken: system.token, exam, name, ...QUIET });

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
