// Photos of examinees: who may store and see them, what is taken for one, and that none is left anywhere else.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { Problem } from '../../schema/replies.ts';
import { bytesByCollection } from '../support/all-bytes.ts';
import { type ExamFixture, examineeToken, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const MAGIC = {
  'image/jpeg': Buffer.from('ffd8ffe0', 'hex'),
  'image/png': Buffer.from('89504e470d0a1a0a', 'hex'),
  'image/webp': Buffer.from('524946462400000057454250', 'hex'),
};
const aPhoto = (type: keyof typeof MAGIC, size = 1_000) =>
  Buffer.concat([MAGIC[type], randomBytes(size - MAGIC[type].length)]);

describe('photos of examinees', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('photos');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const path = (index = 0) => `/v1/examinees/${personAt(exam, index).examineeId}/photo`;
  const send = (method: string, token: string, body?: Buffer, type = 'image/jpeg', at = path()) =>
    fetch(api.url + at, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
  const put = (body: Buffer, type?: string) => send('PUT', exam.admin, body, type);
  const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
  const problemOf = async (answer: Response) => (await answer.json()) as Problem;

  for (const type of ['image/jpeg', 'image/png', 'image/webp'] as const) {
    it(`take ${type} by what it is, whatever its sender calls it, and give it back as it is`, async () => {
      const photo = aPhoto(type);
      const stored = await put(photo, 'text/html');
      const { at, ...reply } = (await stored.json()) as Record<string, unknown>;
      const { examineeId } = personAt(exam, 0);
      assert.deepEqual([stored.status, reply], [200, { examineeId, type, bytes: photo.length }]);
      assert.ok(typeof at === 'number');
      const shown = await send('GET', exam.admin);
      assert.equal(shown.headers.get('content-type'), type);
      assert.equal(shown.headers.get('cache-control'), 'no-store');
      assert.equal(shown.headers.get('x-content-type-options'), 'nosniff');
      assert.deepEqual(await bytesOf(shown), photo);
    });
  }

  it('may have 200 KiB, and not a byte more', async () => {
    assert.equal((await put(aPhoto('image/png', LIMITS.photoBytes))).status, 200);
    const refused = await put(aPhoto('image/png', LIMITS.photoBytes + 1));
    const { code, detail } = await problemOf(refused);
    assert.deepEqual([refused.status, code], [415, 'PHOTO_INVALID']);
    assert.match(detail, /JPEG, a PNG or a WebP of at most 200 KiB/);
    assert.equal((await bytesOf(await send('GET', exam.admin))).length, LIMITS.photoBytes, 'the one before stays');
  });

  it('are refused where they are none, with what is allowed', async () => {
    const others = [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), Buffer.from('GIF89a'), Buffer.alloc(0)];
    for (const body of others) {
      const refused = await put(body, 'image/jpeg');
      const { code, detail } = await problemOf(refused);
      assert.deepEqual([refused.status, code], [415, 'PHOTO_INVALID']);
      assert.match(detail, /JPEG, a PNG or a WebP/);
    }
    assert.equal((await problemOf(await send('GET', exam.admin))).code, 'PHOTO_UNKNOWN');
  });

  it('are shown to the proctors of the room, to admins and to whom they show, and to nobody else', async () => {
    await put(aPhoto('image/jpeg'));
    const own = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
    const self = examineeToken(api, exam, 0);
    const others = [
      await proctorToken(api, exam.planId, [exam.roomIds[1]]),
      await proctorToken(api, newId(), [exam.roomIds[0]]),
      await api.session({ role: 'service' }),
      examineeToken(api, exam, 1),
    ];
    for (const token of [own, self]) assert.equal((await send('GET', token)).status, 200);
    for (const token of others) assert.equal((await send('GET', token)).status, 403);
    for (const token of [own, self, ...others]) {
      assert.equal((await send('PUT', token, aPhoto('image/png'))).status, 403);
      assert.equal((await send('DELETE', token)).status, 403);
    }
  });

  it('are one for each examinee: a new one takes the place of the old, and the others stay', async () => {
    const [first, second, other] = [aPhoto('image/jpeg'), aPhoto('image/png'), aPhoto('image/webp')];
    await put(first);
    await put(second);
    await send('PUT', exam.admin, other, undefined, path(1));
    assert.deepEqual(await bytesOf(await send('GET', exam.admin)), second);
    assert.equal((await send('DELETE', exam.admin)).status, 204);
    assert.equal((await send('DELETE', exam.admin)).status, 204);
    assert.equal((await send('GET', exam.admin)).status, 404);
    assert.deepEqual(await bytesOf(await send('GET', exam.admin, undefined, undefined, path(1))), other);
    const nobody = await send('PUT', exam.admin, first, undefined, `/v1/examinees/${newId()}/photo`);
    assert.equal((await problemOf(nobody)).code, 'EXAMINEE_UNKNOWN');
  });

  it('lie in their collection alone, not in Redis, and go with their plan', async () => {
    const photo = aPhoto('image/jpeg');
    await put(photo);
    const holding = async () =>
      [...(await bytesByCollection(api.storeUrl))].filter(([, bytes]) => bytes.includes(photo)).map(([name]) => name);
    assert.deepEqual(await holding(), ['photos']);
    for (const key of await api.redis.keys('*')) assert.ok(!(await api.redis.dumpBuffer(key))?.includes(photo), key);
    assert.equal((await api.call('DELETE', `/v1/plans/${exam.planId}`, { token: exam.admin })).status, 204);
    assert.deepEqual(await holding(), []);
  });
});
