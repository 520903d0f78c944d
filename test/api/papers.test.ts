// Papers with sections and pictures: what is taken, what is refused with its place, and who sees it when.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { LIMITS } from '../../schema/limits.ts';
import type { PaperReply, PaperView, PlanView, Problem } from '../../schema/replies.ts';
import { bytesByCollection } from '../support/all-bytes.ts';
import { type ExamFixture, examineeToken, forceState, ITEMS, makeExam } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const aPicture = (name: string, size = 1_000, given: object = {}) => ({
  name,
  type: 'image/png',
  alt: `what ${name} shows`,
  data: Buffer.concat([PNG, randomBytes(size - PNG.length)]).toString('base64'),
  ...given,
});
const ESSAY = { number: 3, name: 'essay', kind: 'essay', text: 'Why? $x^2$', words: { from: 150, to: 200 } };
const SECTIONS = [
  { title: 'First', text: 'Read ![map].', fromItem: 1 },
  { title: 'Second', text: '', fromItem: 3 },
];

describe('papers', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('papers');
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const write = (given: object) =>
    api.call('POST', '/v1/papers', { token: exam.admin, body: { name: 'rich', items: [...ITEMS, ESSAY], ...given } });
  const refusedAt = async (given: object) => {
    const { status, body } = await write(given);
    const { code, detail } = body as Problem;
    assert.deepEqual([status, code], [422, 'REQUEST_INVALID'], JSON.stringify(body).slice(0, 300));
    return detail;
  };

  it('keep their sections, pictures and the words of an essay as they were', async () => {
    const pictures = [aPicture('map'), aPicture('other.1')];
    const { status, body } = await write({ sections: SECTIONS, pictures });
    assert.equal(status, 201, JSON.stringify(body).slice(0, 300));
    const { paperId } = body as PaperView;
    const read = (await api.call('GET', `/v1/papers/${paperId}`, { token: exam.admin })).body as PaperView;
    assert.deepEqual([read.sections, read.pictures], [SECTIONS, pictures]);
    assert.deepEqual(read.items[2]?.words, { from: 150, to: 200 });
  });

  it('have neither where nothing is said', async () => {
    const read = (await api.call('GET', `/v1/papers/${exam.paperId}`, { token: exam.admin })).body as PaperView;
    assert.deepEqual([read.sections, read.pictures], [[], []]);
  });

  it('are refused where a text, of an item, an option or a section, names a picture that is not there', async () => {
    const pictures = [aPicture('map')];
    const item = { ...ITEMS[1], text: 'See ![chart].' };
    assert.match(
      await refusedAt({ items: [ITEMS[0], item], pictures }),
      /items\.1\.text: the paper has no picture chart/,
    );
    const options = [
      { id: 'A', text: '![none]' },
      { id: 'B', text: '![map]' },
    ];
    const chosen = await refusedAt({ items: [{ ...ITEMS[0], options }], pictures });
    assert.match(chosen, /items\.0\.options\.0\.text: the paper has no picture none/);
    assert.match(await refusedAt({ sections: SECTIONS }), /sections\.0\.text: the paper has no picture map/);
  });

  it('are refused where sections begin at no item, or not in order', async () => {
    const at = (...places: number[]) => places.map((fromItem) => ({ title: `from ${fromItem}`, fromItem }));
    assert.match(await refusedAt({ sections: at(1, 4) }), /sections\.1\.fromItem: the paper has no item 4/);
    assert.match(await refusedAt({ sections: at(2, 1) }), /sections\.1\.fromItem: sections follow each other/);
    assert.match(await refusedAt({ sections: at(2, 2) }), /sections follow each other/);
  });

  it('are refused with a picture that is too large, none, another one than it says, or there twice', async () => {
    const most = [aPicture('large', LIMITS.pictureBytes)];
    assert.equal((await write({ pictures: most })).status, 201);
    assert.match(await refusedAt({ pictures: [aPicture('large', LIMITS.pictureBytes + 3)] }), /at most 300 KiB/);
    assert.match(await refusedAt({ pictures: [aPicture('x', 9, { type: 'image/jpeg' })] }), /it is no image\/jpeg/);
    assert.match(await refusedAt({ pictures: [aPicture('x', 9, { type: 'image/svg+xml' })] }), /pictures\.0\.type/);
    assert.match(await refusedAt({ pictures: [aPicture('x', 9, { data: '<svg>' })] }), /base64/);
    assert.match(await refusedAt({ pictures: [aPicture('a b')] }), /pictures\.0\.name/);
    assert.match(await refusedAt({ pictures: [aPicture('x'), aPicture('x')] }), /two pictures have one name/);
  });

  it('take four MiB of pictures together, and not one more', async () => {
    const count = Math.floor(LIMITS.picturesBytes / LIMITS.pictureBytes);
    const pictures = Array.from({ length: count }, (_, index) => aPicture(`p${index}`, LIMITS.pictureBytes));
    assert.equal((await write({ pictures })).status, 201);
    const { detail } = (await write({ pictures: [...pictures, aPicture('more', LIMITS.pictureBytes)] }))
      .body as Problem;
    assert.match(detail, /together|at most 4096 KiB/);
  });

  it('say how many words an essay should have, and nothing else does', async () => {
    assert.match(await refusedAt({ items: [{ ...ITEMS[1], words: { from: 1 } }] }), /guidance for essays/);
    assert.match(await refusedAt({ items: [{ ...ESSAY, words: { from: 2, to: 1 } }] }), /from is at most to/);
  });

  it('[S12] show no picture in the store, and to an examinee none before the start', async () => {
    const picture = aPicture('map', 3_000);
    const { paperId } = (await write({ sections: SECTIONS, pictures: [picture] })).body as PaperView;
    for (const [name, bytes] of await bytesByCollection(api.storeUrl)) {
      assert.ok(!bytes.includes(picture.data.slice(20, 60)), name);
      assert.ok(!bytes.includes(Buffer.from(picture.data, 'base64').subarray(20, 60)), name);
    }
    await api.store.plans.change(exam.planId, ['draft'], { paperId });
    await forceState(api, exam.planId, 'open');
    const read = () => api.call('GET', '/v1/paper', { token: examineeToken(api, exam, 0) });
    assert.equal(((await read()).body as Problem).code, 'ROOM_NOT_RUNNING');
    const startsAt = Date.now() - 1_000;
    await api.store.rooms.change(exam.roomIds[0], 0, { status: 'running', startsAt });
    await new Promise((resolve) => setTimeout(resolve, 1_050)); // rooms are cached for a second
    const { pictures, sections } = (await read()).body as PaperReply;
    assert.deepEqual([pictures, sections], [[picture], SECTIONS]);
  });
});

describe("a plan's rules for its examinees", () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('plan-rules');
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const make = (given: object) =>
    api.call('POST', '/v1/plans', {
      token: exam.admin,
      body: { name: 'ruled', paperId: exam.paperId, durationMs: 60_000, ...given },
    });

  it('are free navigation and no text, unless they are said', async () => {
    const bare = (await make({})).body as PlanView;
    assert.deepEqual([bare.navigation, bare.rules], ['free', '']);
    const { planId } = (await make({ navigation: 'forward', rules: ' No phones.\n\nNo talking. ' })).body as PlanView;
    const read = (await api.call('GET', `/v1/plans/${planId}`, { token: exam.admin })).body as PlanView;
    assert.deepEqual([read.navigation, read.rules], ['forward', 'No phones.\n\nNo talking.']);
    assert.equal((await make({ navigation: 'back' })).status, 422);
    assert.equal((await make({ rules: 'x'.repeat(LIMITS.rulesCharacters + 1) })).status, 422);
  });
});
