// One request's id, followed from the header that a balancer sets through the logs of all processes that worked for it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import { newId } from '../../schema/ids.ts';
import { MonitorServers } from '../../schema/monitor.ts';
import { EnterReply } from '../../schema/replies.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

type Line = { msg: string; requestId?: string; requestIds?: string[]; queue?: string; route?: string };

const MAIN = fileURLToPath(new URL('../../bin/launcher/main.ts', import.meta.url));

function examhall(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

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

  it('is told by as much of the log as an admin orders, of one process or of all, for a while, and that is audited', async () => {
    const admin = { authorization: `Bearer ${whole.token}`, 'content-type': 'application/json' };
    const order = async (body: object) => {
      const init = { method: 'PUT', headers: admin, body: JSON.stringify(body) };
      const answered = await fetch(`${whole.system.url}/v1/monitor/log-level`, init);
      return { status: answered.status, body: (await answered.json()) as { until: number; processIds: string[] } };
    };
    const levels = async () => {
      const answered = await fetch(`${whole.system.url}/v1/monitor/servers`, { headers: admin });
      const { servers } = MonitorServers.parse(await answered.json());
      return Object.fromEntries(
        servers.map(({ processId, roles, logLevel }) => [roles.join(), { processId, logLevel }]),
      );
    };
    const levelsNow = async () => Object.values(await levels()).map(({ logLevel }) => logLevel);
    await until('all say what they log', async () => (await levelsNow()).join() === 'debug,debug,debug', 10_000);
    const { rooms } = await levels();
    const one = await order({ level: 'warn', minutes: 5, processId: rooms?.processId });
    assert.deepEqual([one.status, one.body.processIds], [200, [rooms?.processId]]);
    await until('the rooms follow', async () => (await levels()).rooms?.logLevel === 'warn', 10_000);
    assert.deepEqual((await levelsNow()).toSorted(), ['debug', 'debug', 'warn']);
    const all = await order({ level: 'error', minutes: 0 });
    assert.equal(all.body.processIds.length, 3);
    await until('all are back', async () => (await levelsNow()).join() === 'debug,debug,debug', 10_000);
    assert.equal((await order({ level: 'silent', minutes: 5 })).status, 422);
    assert.equal((await order({ level: 'debug', minutes: 2_000 })).status, 422);
    await until('both are in the chain', async () => {
      const entries = await whole.store.audit.list(INSTALLATION_CHAIN, { kind: 'log.level', limit: 10 });
      return entries.map(({ data }) => `${data.level} ${data.count}`).join() === 'warn 1,error 3';
    });
    process.kill(whole.system.pid('rooms-1') ?? 0, 'SIGUSR2');
    process.kill(whole.system.pid('rooms-1') ?? 0, 'SIGUSR2');
    await until('a signal is heard', () => signalled().length > 0);
  });

  const signalled = () =>
    readFileSync(join(whole.folder, 'rooms-1.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('LOG_LEVEL') && line.includes('"by":"signal"'));

  it('leads through all logs by one command, in the order of time', async () => {
    const requestId = `path.${newId()}`;
    const answers = [{ item: 2, revision: 1_000_002, response: 'B' }];
    assert.equal((await send(`/examinees/${examineeId}/answers`, requestId, { answers })).status, 200);
    await until('all have told it', () =>
      ['api', 'rooms-1', 'workers-1'].every((process) => linesOf(process, requestId).length > 0),
    );
    const files = ['workers-1', 'rooms-1', 'api'].map((process) => join(whole.folder, `${process}.log`));
    const { code, stdout } = await examhall(['path', requestId, ...files]);
    assert.equal(code, 0, stdout);
    const lines = stdout.trim().split('\n');
    const instants = lines.map((line) => line.slice(0, 24));
    assert.deepEqual(instants, instants.toSorted());
    const told = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
    const [room, worker] = [told(/ rooms-1 \d+ {2}debug {2}asked over http /), told(/ workers-1 \d+ .*queue=answers/)];
    assert.ok(room >= 0 && worker > room, stdout);
    assert.ok(told(/ api \d+ .*request answered/) > room, stdout);
    assert.ok(!stdout.includes(token) && lines.length < 20);
    const nothing = await examhall(['path', `none.${newId()}`, ...files]);
    assert.deepEqual([nothing.code, /no line names/.test(nothing.stdout)], [1, true]);
    const wrong = await examhall(['path', 'short', ...files]);
    assert.match(wrong.stderr, /8 to 64 letters/);
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
