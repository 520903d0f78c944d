// The exam that the project ships through the whole system, over real sockets, its processes apart: what comes out is what was
// published about it. Expected figures: Bock & Lieberman (1970), never this project's own.
import assert from 'node:assert/strict';
import { lsat6Request } from '../../loadtest/lsat6.ts';
import { readResponseFile } from '../../loadtest/replay/response-file.ts';
import { replayExam } from '../../loadtest/replay.ts';
import { assertNothingLost, assertPrinted, QUIET } from './replay-figures.ts';
import { servedSystem } from './system.ts';

describe('the replay of the exam that is shipped', function () {
  this.timeout(240_000);
  const system = servedSystem('loadtest-lsat6', 'apart');

  it('of LSAT section 6 gives the published figures of its 1,000 examinees, and loses none of their answers', async () => {
    const exam = await readResponseFile(lsat6Request());
    const report = await replayExam({ url: system.url, adminToken: system.token, exam, name: 'LSAT6', ...QUIET });
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
});
