// The sealed paper on a device: fetched ahead over a bad network, kept, opened by the key of the start, and passed over where
// it is not there or does not open.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { download } from '../../client/download.ts';
import { memoryPapers, type PaperStorage } from '../../client/paper-storage.ts';
import { createSealedPaper } from '../../client/sealed-paper.ts';
import type { PaperReply } from '../../schema/replies.ts';
import { ofRoom } from '../../schema/sealed-paper.ts';
import { seal } from '../../store/sealing.ts';
import { createTestClock, settled } from './test-clock.ts';

const [PLAN, ROOM] = ['plan000000000001', 'room000000000001'];
const PAPER: PaperReply = {
  paperId: 'paper00000000001',
  name: 'paper',
  items: [{ number: 1, name: 'q1', kind: 'essay', text: '가나다 '.repeat(50), options: [] }],
  sections: [],
  pictures: [],
};
const KEY = randomBytes(32);
const KEY_TEXT = KEY.toString('base64url');
const sealedBy = (key: Uint8Array, place = ofRoom(PLAN, ROOM)) =>
  new Uint8Array(seal(key, Buffer.from(JSON.stringify(PAPER)), place));
const SEALED = sealedBy(KEY);

/**
 * What the server does with the next request: all of it, the first so many bytes and then a break, or an end (`short`), a
 * refusal, or nothing.
 */
type Answer = 'all' | number | { readonly short: number } | 'down' | 'gone' | 'page' | 'changed';
type Asked = { readonly path: string; readonly range: string | null };

function server(answers: Answer[], bytes = SEALED) {
  const asked: Asked[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const range = headers.get('range');
    asked.push({ path: new URL(String(input)).pathname, range });
    const answer = answers.shift() ?? 'all';
    if (answer === 'down') throw new TypeError('fetch failed');
    if (answer === 'page') return new Response('<html>log in here</html>');
    if (answer === 'gone') return Response.json({ code: 'EXAMINEE_REMOVED', detail: 'removed' }, { status: 403 });
    const isSame = answer !== 'changed' && headers.get('if-range') === '"tag"';
    const from = isSame ? Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0) : 0;
    const most = typeof answer === 'number' ? answer : typeof answer === 'object' ? answer.short : bytes.length;
    const to = Math.min(bytes.length, from + most);
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.slice(from, to));
        if (to === bytes.length || typeof answer === 'object') controller.close();
      },
      pull: (controller) => controller.error(new TypeError('terminated')),
    });
    const part = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    return new Response(body, { status: from > 0 ? 206 : 200, headers: { etag: '"tag"', ...(from > 0 ? part : {}) } });
  };
  return { fetch, asked };
}

function device(answers: Answer[], given: { storage?: PaperStorage; bytes?: Uint8Array<ArrayBuffer> } = {}) {
  const clock = createTestClock();
  const { fetch, asked } = server(answers, given.bytes);
  const left = new AbortController();
  const logged: string[] = [];
  const storage = given.storage ?? memoryPapers();
  const effects = {
    api: { url: 'http://api.test', fetch },
    clock,
    random: () => 0.5,
    signal: left.signal,
    token: () => 'token',
  };
  const sealed = createSealedPaper({
    ...effects,
    planId: PLAN,
    roomId: ROOM,
    storage,
    log: (_level, message) => logged.push(message),
  });
  return { clock, asked, left, logged, storage, effects, sealed };
}

describe('a download', () => {
  it('[S15] goes on where a broken connection stopped, and asks for no byte twice', async () => {
    const { clock, effects, asked } = device([100, 'down', 150, { short: 20 }, 'all']);
    const downloading = download('v1/x', effects);
    await clock.advance(60_000);
    const result = await downloading;
    assert.deepEqual(result, { kind: 'whole', bytes: SEALED });
    assert.deepEqual(
      asked.map(({ range }) => range),
      [null, 'bytes=100-', 'bytes=100-', 'bytes=250-', 'bytes=270-'],
    );
  });

  it('[S15] begins anew where the server has another version by now', async () => {
    const { clock, effects } = device([100, 'changed']);
    const downloading = download('v1/x', effects);
    await clock.advance(60_000);
    assert.deepEqual(await downloading, { kind: 'whole', bytes: SEALED });
  });

  it('ends where it is refused for good, and where its owner leaves', async () => {
    const refused = device(['gone']);
    const result = await download('v1/x', refused.effects);
    assert.equal(result.kind === 'refused' && result.refusal.refused, 'EXAMINEE_REMOVED');
    const { effects, left } = device(Array.from({ length: 50 }, () => 'down' as const));
    const downloading = download('v1/x', effects);
    await settled();
    left.abort();
    assert.deepEqual(await downloading, { kind: 'left' });
  });
});

describe('a sealed paper on a device', () => {
  it('[S12] is fetched ahead, and opens as soon as the start brings the key', async () => {
    const { clock, sealed, asked } = device(['all']);
    sealed.fetchAhead();
    sealed.fetchAhead();
    await clock.advance(10_000);
    assert.deepEqual(asked, [{ path: `/v1/rooms/${ROOM}/paper`, range: null }]);
    const opened = sealed.opened();
    sealed.unlock(KEY_TEXT);
    assert.deepEqual(await opened, PAPER);
    assert.equal(asked.length, 1, 'the start needs no download');
  });

  it('is kept over a reload, and then not fetched again', async () => {
    const storage = memoryPapers();
    const first = device(['all'], { storage });
    first.sealed.fetchAhead();
    await first.clock.advance(10_000);
    const second = device([], { storage });
    second.sealed.unlock(KEY_TEXT);
    assert.deepEqual(await second.sealed.opened(), PAPER);
    assert.deepEqual(second.asked, []);
  });

  it("[S12] does not open with another room's key, nor for another room; it is forgotten then", async () => {
    for (const bytes of [sealedBy(randomBytes(32)), sealedBy(KEY, ofRoom(PLAN, 'another room'))]) {
      const { clock, sealed, storage, logged } = device(['all'], { bytes });
      sealed.fetchAhead();
      await clock.advance(10_000);
      sealed.unlock(KEY_TEXT);
      assert.equal(await sealed.opened(), undefined);
      assert.equal(await storage.load(ROOM), undefined);
      assert.ok(logged.includes('the sealed paper does not open'));
    }
  });

  it('is passed over at once where it did not come whole in time, and its download ends', async () => {
    const { clock, sealed, asked } = device([100, ...Array.from({ length: 50 }, () => 'down' as const)]);
    sealed.fetchAhead();
    await clock.advance(3_000);
    sealed.unlock(KEY_TEXT);
    assert.equal(await sealed.opened(), undefined);
    const before = asked.length;
    await clock.advance(120_000);
    assert.equal(asked.length, before);
  });

  it('is passed over where its key does not come, and where something else came in its place', async () => {
    const { clock, sealed } = device(['all']);
    sealed.fetchAhead();
    await clock.advance(10_000);
    const opened = sealed.opened();
    await clock.advance(10_000);
    assert.equal(await opened, undefined);
    const page = device(['page']);
    page.sealed.fetchAhead();
    await page.clock.advance(10_000);
    page.sealed.unlock(KEY_TEXT);
    assert.equal(await page.sealed.opened(), undefined);
    assert.equal(await page.storage.load(ROOM), undefined);
    assert.deepEqual(page.logged, [], 'it was not even tried to open');
  });

  it('does without a storage that fails or hangs, and says so', async () => {
    const failing: PaperStorage = {
      load: () => new Promise(() => {}),
      save: async () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
      remove: async () => {},
    };
    const { clock, sealed, logged } = device(['all'], { storage: failing });
    sealed.fetchAhead();
    await clock.advance(10_000);
    sealed.unlock(KEY_TEXT);
    assert.deepEqual(await sealed.opened(), PAPER);
    assert.deepEqual(logged, ['the storage of papers does not answer', 'the storage of papers failed']);
  });

  it('waits for nothing any more when its owner has left', async () => {
    const { clock, sealed, left } = device(['all']);
    sealed.fetchAhead();
    await clock.advance(10_000);
    const opened = sealed.opened();
    left.abort();
    assert.equal(await opened, undefined);
  });
});
