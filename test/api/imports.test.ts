// [S17] Sealed exports over HTTP: which files are taken, by whom, once; and what is refused, of which nothing is kept.
import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import fc from 'fast-check';
import { createTokens } from '../../api/tokens.ts';
import type { SealingTarget } from '../../client/outbox-storage.ts';
import { partsOf, sealExport } from '../../client/sealed-export.ts';
import { revisionOf } from '../../exam/revision.ts';
import type { ExportContent, ExportFile } from '../../schema/export-file.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { ImportReply, Problem } from '../../schema/replies.ts';
import { holdsFor } from '../exam/seed.ts';
import { aHeldAnswer } from '../support/stored.ts';
import { type ExamFixture, examineeToken, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('[S17] sealed exports', function () {
  this.timeout(60_000); // some of it is as large as may be
  let api: RunningApi;
  let exam: ExamFixture;
  let target: SealingTarget;
  before(async () => {
    api = await startApi('imports');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    api.hints.length = 0;
    await api.store.examinees.enter(who(), 'first page', 'first device');
    target = await targetFor(0);
  });
  after(() => api.stop());

  const who = (index = 0) => personAt(exam, index).examineeId;
  const room = () => exam.roomIds[0];
  async function targetFor(index: number, fence = 1): Promise<SealingTarget> {
    const key = await api.store.exportKeys.publicOf(exam.planId);
    assert.ok(key);
    const proof = createTokens(api.config.secret).exportProof({ planId: exam.planId, examineeId: who(index), fence });
    return { planId: exam.planId, roomId: personAt(exam, index).roomId, ...key, proof };
  }
  const answer = (item: number, response = 'A', revision = revisionOf(1, item)) => ({
    item,
    revision,
    response,
    at: 1_000,
  });
  const TWO: ExportContent = { answers: [answer(1), answer(2, 'because')], acknowledged: [] };
  const filesOf = (content: ExportContent = TWO, index = 0, to = target, fence = 1) =>
    sealExport({ examineeId: who(index), fence, madeAt: 1_000 }, to, content);
  const fileOf = async (...given: Parameters<typeof filesOf>) => (await filesOf(...given))[0] ?? '';
  const bring = (file: unknown, token: string | undefined = exam.admin, roomId: string = room()) =>
    api.call('POST', `/v1/rooms/${roomId}/imports`, { token, body: file });
  async function refused(file: unknown, code: string, roomId?: string): Promise<void> {
    const { status, body } = await bring(file, undefined, roomId);
    assert.equal((body as Problem).code, code, `${status} ${JSON.stringify(body)}`);
    assert.equal(await api.store.heldAnswers.count(who()), 0, 'nothing of it was kept');
    assert.deepEqual(api.hints, []);
  }
  const changed = (file: string, given: Partial<ExportFile>) => ({ ...(JSON.parse(file) as ExportFile), ...given });

  it('are kept as held answers, and the room is told', async () => {
    const { status, body } = await bring(await fileOf());
    const { importId, at, by, ...rest }: ImportReply = body;
    assert.equal(status, 200);
    const kept = [
      [1, revisionOf(1, 1)],
      [2, revisionOf(1, 2)],
    ];
    const found = { conflicts: [], missing: [], sheet: 'empty', part: null };
    assert.deepEqual(rest, { examineeId: who(), label: 'Ada', fence: 1, kept, ...found });
    assert.ok(importId.length > 20 && at > 1_000 && by.length > 0);
    assert.deepEqual(api.hints, [`held ${room()} ${who()}`]);
    const held = await api.store.heldAnswers.undecided(who());
    assert.deepEqual(
      held.map(({ item, response, state, importId: from }) => [item, response, state, from]),
      [
        [1, 'A', 'held', importId],
        [2, 'because', 'held', importId],
      ],
    );
    assert.deepEqual(await api.store.answers.current(exam.planId, who()), [], 'they count for nothing by themselves');
  });

  it('are taken once: whoever brings it again gets the first result, also at the same moment', async () => {
    const file = await fileOf();
    const proctor = await proctorToken(api, exam.planId, [room()]);
    const answers = await Promise.all([bring(file), bring(file, proctor), bring(file)]);
    const last = await bring(file, proctor);
    for (const { status, body } of answers) assert.deepEqual([status, body], [200, last.body]);
    assert.equal(await api.store.heldAnswers.count(who()), 2);
    const logged = api.logs.filter(({ kind, subject }) => kind === 'answers.held' && subject === who());
    assert.deepEqual(
      new Set(logged.map(({ data }) => JSON.stringify(data))),
      new Set([JSON.stringify({ fence: 1, answers: 2, importId: (last.body as ImportReply).importId })]),
    );
    const [carried] = (await api.store.audit.waiting(100)).filter(
      ({ in: from, facts }) => from === 'imports' && facts.subject === who(),
    );
    assert.deepEqual(
      [carried?.facts.kind, carried?.facts.subject, carried?.planId, carried?.facts.data],
      ['export.imported', who(), exam.planId, { fence: 1, kept: 2, missing: 0 }],
    );
  });

  it('are taken from admins and the proctors of the room, and from nobody else', async () => {
    const file = await fileOf();
    const others = [
      await proctorToken(api, exam.planId, [exam.roomIds[1]]),
      examineeToken(api, exam, 0),
      await api.session({ role: 'service' }),
    ];
    for (const token of others) assert.equal((await bring(file, token)).status, 403);
    assert.equal(await api.store.heldAnswers.count(who()), 0);
    assert.equal((await bring(file, await proctorToken(api, exam.planId, [room()]))).status, 200);
  });

  it('are refused in a room where their examinee does not sit, and in another exam', async () => {
    const file = await fileOf();
    await refused(file, 'EXPORT_ELSEWHERE', exam.roomIds[1]);
    await refused(changed(file, { planId: newId() }), 'EXPORT_ELSEWHERE');
    await refused(changed(file, { examineeId: newId() }), 'EXPORT_ELSEWHERE');
    const before = exam;
    exam = await makeExam(api);
    const { body } = await bring(file, exam.admin, exam.roomIds[0]);
    assert.equal((body as Problem).code, 'EXPORT_ELSEWHERE');
    exam = before;
  });

  it('are refused where they are sealed to another key', async () => {
    const pair = createECDH('prime256v1');
    const other = { ...target, keyId: newId(), publicKey: pair.generateKeys('base64url') };
    await refused(await fileOf(TWO, 0, other), 'EXPORT_KEY_UNKNOWN');
    await refused(await fileOf(TWO, 0, { ...target, publicKey: other.publicKey }), 'EXPORT_ALTERED');
  });

  it('are refused where any word of them was changed', async () => {
    const file = await fileOf();
    const { sealed, ephemeralKey } = JSON.parse(file) as ExportFile;
    const flipped = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    const point = createECDH('prime256v1').generateKeys('base64url');
    for (const given of [
      { sealed: flipped(sealed, 40) },
      { sealed: sealed.slice(0, -8) },
      { sealed: '' },
      { ephemeralKey: flipped(ephemeralKey, 30) },
      { ephemeralKey: point },
      { ephemeralKey: '' },
      { fence: 2 },
      { madeAt: 1_001 },
      { roomId: exam.roomIds[1] },
      { examineeId: who(1) },
      { proof: target.proof.slice(1) },
    ])
      await refused(changed(file, given), 'EXPORT_ALTERED');
    await refused({ ...changed(file, {}), more: 1 }, 'REQUEST_INVALID');
    assert.equal((await bring(file)).status, 200, 'it itself is taken');
  });

  it('are refused where they are not of the session that they name, or of answers that it cannot have written', async () => {
    const forged = await targetFor(1);
    await refused(await fileOf(TWO, 0, forged), 'EXPORT_ALTERED');
    await refused(await fileOf({ answers: [answer(1, 'A', revisionOf(2, 1))], acknowledged: [] }), 'EXPORT_ALTERED');
    await refused(await fileOf({ answers: [answer(1, 'A', 7)], acknowledged: [] }), 'EXPORT_ALTERED');
    const none = { answers: 'all' } as unknown as ExportContent;
    await refused(await fileOf(none), 'EXPORT_ALTERED');
  });

  it('are refused where they are too large, and where more is kept of a person than may be', async () => {
    const large = { ...changed(await fileOf(), {}), sealed: 'A'.repeat(LIMITS.exportBytes) };
    const { status, body } = await bring(large);
    assert.deepEqual([status, (body as Problem).code], [413, 'REQUEST_TOO_LARGE']);
    const most = Array.from({ length: LIMITS.exportPartAnswers }, (_, index) =>
      answer(1, 'A', revisionOf(1, index + 10)),
    );
    const largest = await fileOf({ answers: most, acknowledged: [] });
    const first = await bring(largest);
    assert.equal(first.status, 200);
    const many = Array.from({ length: LIMITS.importedAnswers - most.length }, (_, index) =>
      aHeldAnswer(exam.planId, room(), who(), { _id: `${who()}.${index}` }),
    );
    await api.store.heldAnswers.keep(many);
    assert.deepEqual((await bring(largest)).body, first.body, 'what was taken is not taken for more');
    const over = (await bring(await fileOf())).body as Problem;
    assert.deepEqual([over.code, over.retry], ['BUSY', 'later']);
  });

  it('[S17] of the longest answers come in several files, in any order, each once, and say which are missing', async () => {
    const long = '"'.repeat(LIMITS.answerBytes); // twice as long in JSON
    const answers = Array.from({ length: 70 }, (_, index) => answer(index + 1, long));
    const acknowledged: [number, number][] = [[99, revisionOf(1, 99)]];
    const files = await filesOf({ answers, acknowledged });
    assert.equal(files.length, 3);
    for (const file of files) assert.ok(Buffer.byteLength(file) < LIMITS.exportBytes);
    const [one = '', two = '', three = ''] = files;
    const { part: { set = '' } = {} } = JSON.parse(one) as ExportFile;
    for (const part of [
      { set, number: 2, of: 3 },
      { set, number: 1, of: 2 },
      { set: newId(), number: 1, of: 3 },
    ])
      await refused(changed(one, { part }), 'EXPORT_ALTERED');
    const parts = [];
    for (const file of [three, one, three, two]) {
      const { status, body } = await bring(file);
      assert.equal(status, 200, JSON.stringify(body));
      parts.push((body as ImportReply).part);
    }
    assert.deepEqual(parts, [
      { number: 3, of: 3, missing: [1, 2] },
      { number: 1, of: 3, missing: [2] },
      { number: 3, of: 3, missing: [2] },
      { number: 2, of: 3, missing: [] },
    ]);
    const reply: ImportReply = (await bring(one)).body;
    assert.deepEqual([reply.part?.missing, reply.missing], [[], acknowledged], 'the first says what is acknowledged');
    assert.equal(await api.store.heldAnswers.count(who()), 70);
    assert.deepEqual(
      (await api.store.heldAnswers.undecidedNames(who())).map(({ item }) => item),
      answers.map(({ item }) => item),
    );
  });

  it('are cut wherever they are too many or too large, and nothing is left out or twice', () => {
    const texts = fc.array(fc.nat({ max: 3 }), { maxLength: 40 });
    const property = fc.property(texts, fc.nat({ max: 2_500 }), (sizes, small) => {
      const large = sizes.map((size) => '\u0001'.repeat(size * 21_000));
      const all = [...large, ...Array.from({ length: small }, () => 'A')];
      const answers = all.map((response, index) => answer(index + 1, response));
      const parts = partsOf({ answers, acknowledged: [[1, 2]] });
      assert.deepEqual(
        parts.flatMap((part) => part.answers.map(({ item }) => item)),
        answers.map(({ item }) => item),
      );
      for (const [index, part] of parts.entries()) {
        assert.ok(part.answers.length <= LIMITS.exportPartAnswers);
        assert.ok(Buffer.byteLength(JSON.stringify(part.answers)) <= LIMITS.exportPartBytes + 2);
        assert.equal(part.acknowledged.length, index === 0 ? 1 : 0);
        assert.ok(part.answers.length > 0 || parts.length === 1);
      }
    });
    holdsFor(property, 20);
  });

  it('say what the device was told to be saved and the store does not have', async () => {
    await api.store.answers.insert(exam.planId, [[who(), 1, revisionOf(1, 3), 'A', '-', 1_000]]);
    const acknowledged: [number, number][] = [
      [1, revisionOf(1, 3)],
      [2, revisionOf(1, 4)],
    ];
    const reply: ImportReply = (await bring(await fileOf({ answers: [], acknowledged }))).body;
    assert.deepEqual([reply.kept, reply.missing], [[], [[2, revisionOf(1, 4)]]]);
  });

  it('say what was stored before with another content, and that the sheet has ended', async () => {
    await bring(await fileOf());
    await api.store.sheets.end(who(), 'submitted', [], Date.now());
    const reply: ImportReply = (
      await bring(await fileOf({ answers: [answer(1, 'B'), answer(2, 'because')], acknowledged: [] }))
    ).body;
    assert.deepEqual([reply.kept, reply.conflicts], [[[2, revisionOf(1, 2)]], [[1, revisionOf(1, 1)]]]);
    assert.equal(reply.sheet, 'submitted');
  });
});
