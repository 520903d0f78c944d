// The sealed paper over HTTP: who gets it and when, that a broken download goes on, and that it opens with the key that the
// room's start releases, and with no other.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { newId } from '../../schema/ids.ts';
import type { EnterReply, Problem } from '../../schema/replies.ts';
import { ofRoom, splitSealed } from '../../schema/sealed-paper.ts';
import { type ExamFixture, examineeToken, forceState, ITEMS, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const CACHE_MS = 1_050;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('sealed papers', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('sealed-papers');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  after(() => api.stop());

  const enter = async (index: number): Promise<EnterReply> => {
    const body = { code: personAt(exam, index).code, deviceKey: 'device-0001', entryId: newId() };
    const answer = await api.call('POST', '/v1/enter', { body, key: null });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const get = (token: string, headers: Record<string, string> = {}, roomId = exam.roomIds[0]) =>
    fetch(`${api.url}/v1/rooms/${roomId}/paper`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());
  const codeOf = async (answer: Response) => ((await answer.json()) as Problem).code;
  const start = (roomId: string) =>
    api.store.rooms.change(roomId, 0, { status: 'running', startsAt: Date.now() - 1_000 });

  async function open(sealed: Uint8Array, key: string, roomId = exam.roomIds[0]): Promise<string> {
    const { nonce, content } = splitSealed(sealed) ?? assert.fail('it is not sealed');
    const opener = await webcrypto.subtle.importKey('raw', Buffer.from(key, 'base64url'), 'AES-GCM', false, [
      'decrypt',
    ]);
    const additionalData = Buffer.from(ofRoom(exam.planId, roomId));
    return Buffer.from(
      await webcrypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce, additionalData }, opener, content),
    ).toString('utf8');
  }

  it('[S12] [S15] are given before the start to who has entered, for ever and privately, and show nothing', async () => {
    const { token } = await enter(0);
    const answer = await get(token);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('cache-control') ?? '', /^private, .*\bimmutable$/);
    assert.match(answer.headers.get('etag') ?? '', /^"[\w-]{16}"$/);
    assert.equal(answer.headers.get('accept-ranges'), 'bytes');
    const sealed = Buffer.from(await bytesOf(answer));
    for (const { text, name } of ITEMS) assert.ok(!sealed.includes(text) && !sealed.includes(name));
    assert.equal((await get(token, { 'if-none-match': answer.headers.get('etag') ?? '' })).status, 304);
  });

  it('[S12] open with the key that enter gives once the room runs, and not with that of another room', async () => {
    const before = await enter(0);
    const sealed = await bytesOf(await get(before.token));
    assert.equal(before.paperKey, undefined);
    for (const roomId of exam.roomIds) await start(roomId);
    await pause(CACHE_MS);
    const [own, other] = [await enter(0), await enter(2)];
    const paper = JSON.parse(await open(sealed, own.paperKey ?? ''));
    const plain = await api.call('GET', '/v1/paper', { token: own.token });
    assert.deepEqual(paper, plain.body);
    await assert.rejects(open(sealed, other.paperKey ?? ''), { name: 'OperationError' });
    const otherSealed = await bytesOf(await get(other.token, {}, exam.roomIds[1]));
    assert.equal(await open(otherSealed, other.paperKey ?? '', exam.roomIds[1]), JSON.stringify(paper));
    await assert.rejects(open(otherSealed, own.paperKey ?? '', exam.roomIds[1]), { name: 'OperationError' });
  });

  it('[S12] stay shut where the room is ended before its start, also over HTTP and after its instant', async () => {
    await enter(0);
    await api.store.rooms.change(exam.roomIds[0], 0, {
      status: 'ended',
      startsAt: Date.now() - 500,
      endsAt: Date.now() - 600,
    });
    assert.equal(await api.store.paperKeys.released(exam.roomIds[0]), null);
    await pause(CACHE_MS);
    const { body } = await api.call('GET', '/v1/paper', { token: examineeToken(api, exam, 0) });
    assert.equal((body as Problem).code, 'ROOM_NOT_RUNNING');
  });

  it('[S15] come in ranges, which together are the whole, whoever asks and however often', async () => {
    const [{ token }, ben] = [await enter(0), await enter(1)];
    const first = await get(token);
    const [whole, tag] = [await bytesOf(first), first.headers.get('etag') ?? ''];
    const head = await get(token, { range: 'bytes=0-99' });
    assert.deepEqual([head.status, head.headers.get('content-range')], [206, `bytes 0-99/${whole.length}`]);
    const rest = await get(ben.token, { range: 'bytes=100-', 'if-range': tag });
    assert.deepEqual([rest.status, rest.headers.get('etag')], [206, tag]);
    assert.deepEqual(Buffer.concat([await bytesOf(head), await bytesOf(rest)]), Buffer.from(whole));
    const changed = await get(token, { range: 'bytes=100-', 'if-range': '"another"' });
    assert.deepEqual([changed.status, (await bytesOf(changed)).length], [200, whole.length]);
    for (const range of ['bytes=0-1,9-10', 'lines=1-2', 'bytes=x'])
      assert.equal((await get(token, { range })).status, 200, range);
    const beyond = await get(token, { range: `bytes=${whole.length}-` });
    assert.equal(beyond.headers.get('content-range'), `bytes */${whole.length}`);
    assert.deepEqual([beyond.status, await codeOf(beyond)], [416, 'RANGE_INVALID']);
  });

  it('are for the examinees of the room alone, by the roster, from entering on', async () => {
    const early = await get(examineeToken(api, exam, 0));
    assert.deepEqual([early.status, await codeOf(early)], [409, 'EXAMINEE_NOT_ENTERED']);
    const { token } = await enter(0);
    assert.equal((await get(token, {}, exam.roomIds[1])).status, 403);
    assert.equal((await get((await enter(2)).token)).status, 403);
    assert.equal((await get(exam.admin)).status, 403);
    await api.store.examinees.setStatus([personAt(exam, 0).examineeId], ['entered'], 'removed');
    const removed = await get(token);
    assert.deepEqual([removed.status, await codeOf(removed)], [403, 'EXAMINEE_REMOVED']);
  });

  it('have their keys from the making of the rooms on', async () => {
    const { sealedKey } = (await api.store.rooms.get(exam.roomIds[0])) ?? {};
    assert.ok(sealedKey !== undefined);
  });

  it('may be resumed by a page of an allowed origin', async () => {
    const { token } = await enter(0);
    const origin = 'https://exam.example';
    assert.match(
      (await get(token, { origin })).headers.get('access-control-expose-headers') ?? '',
      /Content-Range, ETag/,
    );
    const asked = await fetch(`${api.url}/v1/rooms/${exam.roomIds[0]}/paper`, {
      method: 'OPTIONS',
      headers: { origin },
    });
    assert.match(asked.headers.get('access-control-allow-headers') ?? '', /If-Range, .*Range/);
  });
});
