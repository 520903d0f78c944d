// One request's id, followed from the header that a balancer sets through the logs of all processes that worked for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../schema/ids.ts';
import { EnterReply } from '../../schema/replies.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

type Line = { msg: string; requestId?: string; requestIds?: string[]; queue?: string; route?: string };

describe('the id of a request', function () {
  this.timeout(60_000);
  let whole: WholeExam;
  let token: string;
  let examineeId: string;
  before(async () => {
    whole = await openWholeExam('request-id', { env: { EXAMHALL_LOG_LEVEL: 'debug' } });
  });
  after(() => whole?.stop());

  function send(path: string, requestId: string, body: unknown): Promise<Response> {
    return fetch(`${whole.system.url}/v1${path}`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', 'x-request-id': requestId },
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
  }

  /** What this process has logged for it. */
  function linesOf(process: string, requestId: string): Line[] {
    const lines = readFileSync(join(whole.folder, `${process}.log`), 'utf8').split('\n');
    return lines
      .filter((line) => line.includes(requestId))
      .map((line): Line => JSON.parse(line))
      .filter((line) => line.requestId === requestId || line.requestIds?.includes(requestId));
  }

  it('is in the answer to an enter, and in the logs of the api, of the room and of the worker that keeps the log', async () => {
    const requestId = `enter.${newId()}`;
    const { code = '' } = whole.exam.roster[0] ?? {};
    const answered = await send('/enter', requestId, { code, deviceKey: 'device-0001', entryId: newId() });
    assert.deepEqual([answered.status, answered.headers.get('x-request-id')], [200, requestId]);
    ({
      token,
      examinee: { examineeId },
    } = EnterReply.parse(await answered.json()));
    // It is written once the answer has gone, which may have come by then.
    await until('the api has told it', () =>
      linesOf('api', requestId).some(({ msg, route }) => msg === 'request answered' && route === '/v1/enter'),
    );
    await until('the worker has the entry of the log', () =>
      linesOf('workers-1', requestId).some(({ msg, queue }) => msg === 'job done' && queue === 'logs'),
    );
  });

  it('goes with an answer over HTTP from the api to the room, into the job, and to the worker that stores it', async () => {
    await whole.begin();
    const roomId = whole.exam.roster[0]?.roomId ?? '';
    await until('it runs', async () => (await whole.store.rooms.get(roomId))?.status === 'running', 15_000);
    const requestId = newId();
    const answers = [{ item: 1, revision: 1_000_001, response: 'A' }];
    const answered = await send(`/examinees/${examineeId}/answers`, requestId, { answers });
    assert.deepEqual([answered.status, answered.headers.get('x-request-id')], [200, requestId]);
    assert.deepEqual(((await answered.json()) as { saved: unknown }).saved, [[1, 1_000_001]]);
    const told = (process: string) => linesOf(process, requestId).map(({ msg }) => msg);
    await until('the api has told it', () => told('api').includes('request answered'));
    await until('the room has told it', () => told('rooms-1').length > 0);
    assert.deepEqual(told('rooms-1'), ['asked over http']);
    await until('the worker has told it', () => told('workers-1').includes('job done'));
    const [done] = linesOf('workers-1', requestId);
    assert.deepEqual([done?.queue, done?.requestIds], ['answers', [requestId]]);
  });

  it('is a new one of ours where what is said is none, and stands in the problem', async () => {
    for (const said of ['short', 'x'.repeat(65), 'with blanks in it', '{"$ne":null}']) {
      const answered = await send('/login', said, {});
      const own = answered.headers.get('x-request-id') ?? '';
      assert.match(own, /^[0-9A-Za-z]{16}$/);
      const { instance } = (await answered.json()) as { instance: string };
      assert.equal(instance, `urn:examhall:request:${own}`);
    }
  });
});
