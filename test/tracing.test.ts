// Spans of one request through the processes of a whole system, as a collector gets them; which requests are traced; and a
// collector that is away.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../bin/launcher/free-port.ts';
import { forRequest } from '../request-id.ts';
import { newId } from '../schema/ids.ts';
import { EnterReply } from '../schema/replies.ts';
import { startTracing, traced, tracedFor, tracedRequest } from '../tracing.ts';
import { openWholeExam, type WholeExam } from './support/whole-exam.ts';
import { collectingLog, until } from './workers/worker-parts.ts';

type Span = { traceId: string; spanId: string; parentSpanId?: string; name: string; kind: number; roles: string } & {
  status: { code?: number };
  attributes: { key: string; value: Record<string, string> }[];
  startTimeUnixNano: string;
  endTimeUnixNano: string;
};
const HEX = /^[0-9a-f]+$/;
const FAULT = 2;

/** A collector: what it was sent, span by span, with the roles of the process that sent it. */
async function startCollector(): Promise<{ url: string; spans: Span[]; bodies: string[]; server: Server }> {
  const spans: Span[] = [];
  const bodies: string[] = [];
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    bodies.push(text);
    const { resourceSpans } = JSON.parse(text);
    for (const { resource, scopeSpans } of resourceSpans) {
      const roles = resource.attributes.find(({ key }: { key: string }) => key === 'examhall.roles').value.stringValue;
      for (const scope of scopeSpans) spans.push(...scope.spans.map((span: Span) => ({ ...span, roles })));
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, spans, bodies, server };
}

describe('traces', function () {
  this.timeout(60_000);
  let collector: Awaited<ReturnType<typeof startCollector>>;
  before(async () => {
    collector = await startCollector();
  });
  after(() => collector.server.close());
  beforeEach(() => {
    collector.spans.length = 0;
  });

  const about = () => ({ url: collector.url, roles: ['api'], version: '1', log: collectingLog().log, everyMs: 20 });
  const ask = (requestId: string, work: () => unknown) =>
    forRequest(requestId, () => tracedRequest('GET /v1/x', work, () => 200));

  it('hang what is done for a request under it, also where it is done elsewhere, and say what failed', async () => {
    const tracing = startTracing({ ...about(), ratio: 1 });
    const [first, second] = [newId(), newId()];
    await ask(first, async () => {
      await traced('outer', async () => traced('inner', () => 1));
      await assert.rejects(traced('wrong', async () => Promise.reject(new Error('no'))));
      assert.throws(() =>
        traced('thrown', () => {
          throw new Error('no');
        }),
      );
    });
    ask(second, () => undefined);
    assert.equal(
      tracedFor([first, second], 'job', () => traced('of both', () => 7)),
      7,
    );
    traced('of nobody', () => undefined);
    await tracing.stop();
    const named = (name: string) => collector.spans.filter((span) => span.name === name);
    const [root, other] = named('GET /v1/x');
    const [outer] = named('outer');
    assert.deepEqual([root?.parentSpanId, outer?.parentSpanId], [undefined, root?.spanId]);
    assert.equal(named('inner')[0]?.parentSpanId, outer?.spanId);
    assert.deepEqual([named('wrong')[0]?.status.code, named('thrown')[0]?.status.code], [FAULT, FAULT]);
    assert.deepEqual(
      named('job').map(({ parentSpanId }) => parentSpanId),
      [root?.spanId, other?.spanId],
    );
    assert.deepEqual(
      named('of both').map(({ traceId }) => traceId),
      [root?.traceId, other?.traceId],
    );
    assert.equal(named('of nobody').length, 0);
    for (const { traceId, spanId, startTimeUnixNano: start, endTimeUnixNano: end } of collector.spans) {
      assert.ok(traceId.length === 32 && spanId.length === 16 && HEX.test(traceId + spanId));
      assert.ok(BigInt(end) >= BigInt(start) && Math.abs(Number(BigInt(start) / 1_000_000n) - Date.now()) < 10_000);
    }
  });

  it('are of the share that is wanted, the same requests in every process, and of none where they are off', async () => {
    const requests = Array.from({ length: 2_000 }, () => newId());
    const tracedOf = async (ratio: number) => {
      collector.spans.length = 0;
      const tracing = startTracing({ ...about(), ratio });
      for (const requestId of requests) ask(requestId, () => undefined);
      await tracing.stop();
      return new Set(collector.spans.map(({ traceId }) => traceId));
    };
    const some = await tracedOf(0.1);
    assert.ok(some.size > 130 && some.size < 270, `${some.size} of 2,000`);
    assert.deepEqual(await tracedOf(0.1), some);
    assert.equal((await tracedOf(0)).size, 0);
    ask(requests[0] ?? '', () => traced('off', () => undefined));
    assert.equal(collector.spans.length, 0);
  });

  it('go on in the trace that a balancer has begun, where its id is the request’s', async () => {
    const tracing = startTracing({ ...about(), ratio: 1 });
    const traceId = 'abcdef0123456789abcdef0123456789';
    ask(traceId, () => undefined);
    await tracing.stop();
    assert.equal(collector.spans[0]?.traceId, traceId);
  });

  it('are lost where nobody takes them, and the work is not', async () => {
    const { log, lines } = collectingLog();
    const tracing = startTracing({ ...about(), log, url: `http://127.0.0.1:${await freePort()}/v1/traces`, ratio: 1 });
    assert.equal(await ask(newId(), async () => 5), 5);
    await until('it is said', () => lines.some(({ msg }) => msg === 'traces were not sent'));
    await tracing.stop();
  });

  describe('of an answer over HTTP', () => {
    let whole: WholeExam;
    before(async () => {
      const env = { EXAMHALL_TRACES_URL: collector.url, EXAMHALL_TRACES_SHARE: '1' };
      whole = await openWholeExam('tracing', { env });
    });
    after(() => whole?.stop());

    it('lead from the api through the room and the job into the store, and name nobody and nothing', async () => {
      const { code = '', examineeId = '', roomId = '' } = whole.exam.roster[0] ?? {};
      const send = (path: string, requestId: string, body: unknown, token?: string) =>
        fetch(`${whole.system.url}/v1${path}`, {
          method: 'POST',
          headers: {
            ...{ 'content-type': 'application/json', 'x-request-id': requestId },
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify(body),
        });
      const entered = await send('/enter', newId(), { code, deviceKey: 'device-0001', entryId: newId() });
      const { token } = EnterReply.parse(await entered.json());
      await whole.begin();
      await until('it runs', async () => (await whole.store.rooms.get(roomId))?.status === 'running', 15_000);
      const requestId = newId();
      const answers = [{ item: 1, revision: 1_000_001, response: 'A' }];
      const saved = await send(`/examinees/${examineeId}/answers`, requestId, { answers }, token);
      assert.equal(saved.status, 200);
      const root = () => collector.spans.find(({ name }) => name === 'POST /v1/examinees/:examineeId/answers');
      const below = () => collector.spans.filter(({ traceId }) => traceId === root()?.traceId);
      const one = (name: string, roles: string) => below().find((span) => span.name === name && span.roles === roles);
      const room = () => below().find(({ name, roles }) => name.startsWith('room ') && roles === 'rooms');
      const insert = () => one('store answers.insert', 'workers');
      // Each process sends its own, every two seconds.
      await until('all of it has come', () => [root(), room(), insert()].every((span) => span !== undefined), 15_000);
      const job = one('job answers', 'workers');
      assert.deepEqual([root()?.roles, root()?.kind], ['api', 2]);
      assert.equal(job?.parentSpanId, root()?.spanId);
      assert.equal(insert()?.parentSpanId, job?.spanId);
      assert.equal(room()?.parentSpanId, root()?.spanId);
      const sent = collector.bodies.join();
      for (const hidden of [code, token, examineeId, roomId, whole.token, requestId])
        assert.ok(!sent.includes(hidden), hidden);
    });
  });
});
