// What /docs shows, sent as it stands: each example of openapi.json, with the ids, tokens and times of a world in which it can
// be done, has the success that the document names, and its reply fits the schema. An operation that is added fails here until
// its example runs, or until it is said what stands in the way.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { OPENAPI_FILE } from '../../docs/contract.ts';
import { newId } from '../../schema/ids.ts';
import type { PlanState } from '../../schema/states.ts';
import { type ExamFixture, forceState, makeExam, personAt } from './exam-fixture.ts';
import { aboutReal, realExamplesFor, tokenFor } from './examples.ts';
import { type RunningApi, startApi } from './running-api.ts';

const OPENAPI = readFileSync(fileURLToPath(new URL(`../../${OPENAPI_FILE}`, import.meta.url)), 'utf8');
const Value = z.union([z.string(), z.number()]);
const Parameter = z.looseObject({ name: z.string(), in: z.string(), example: Value.optional() });
const Body = z.looseObject({ content: z.record(z.string(), z.looseObject({ example: z.unknown().optional() })) });
const Operation = z.looseObject({
  parameters: z.array(Parameter),
  requestBody: Body.optional(),
  responses: z.record(z.string(), z.unknown()),
});
const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) });
type Operation = z.infer<typeof Operation>;

/** What stands in the way of the example alone, and which test does it instead. */
const SCORED = 'takes an exam that was sat, has ended and is scored: test/journey/office, test/api/results';
const ELSEWHERE: Readonly<Record<string, string>> = {
  'GET /plans/:planId/results': SCORED,
  'GET /plans/:planId/items/:item/results': SCORED,
  'GET /examinees/:examineeId/result': SCORED,
  'GET /plans/:planId/statistics': SCORED,
  'POST /plans/:planId/results/release': SCORED,
  'PUT /examinees/:examineeId/marks/:item': SCORED,
  'GET /examinees/:examineeId/marks/:item/file': 'takes a settled sheet whose answer is a file: test/api/marking-files',
  'GET /plans/:planId/exports/:what.csv': SCORED,
  'GET /files/:fileId': 'takes a sheet that workers have written as a file: test/journey/office',
  'GET /examinees/:examineeId/sheet-file': 'takes a sheet that workers have written as a file: test/journey/office',
  'GET /progress/:planId': 'takes the cookie of a link: test/api/progress',
  'POST /examinees/:examineeId/held-answers': 'takes a session that another one has followed: test/api/held-answers',
  'POST /rooms/:roomId/imports': 'takes a file that is sealed to the key of the exam: test/api/imports',
};
const STATES: Readonly<Record<string, PlanState>> = {
  'POST /enter': 'open',
  'POST /enter/proctor': 'open',
  'POST /plans/:planId/controls': 'open',
  'GET /rooms/:roomId/paper': 'open',
  'GET /paper': 'running',
  'POST /examinees/:examineeId/registered-answers': 'running',
  'POST /plans/:planId/unschedule': 'scheduled',
  'POST /plans/:planId/archive': 'scored',
  'POST /plans/:planId/statistics': 'ended',
  'POST /examinees/:examineeId/erasure': 'ended',
};
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const BYTES = Buffer.from('bytes');
const TABLE = Buffer.from('name,room,seat\nDee,three,1\nEve,three,2\n');

const names = (path: string) => path.replace(/^\/v1/, '').replace(/\{(\w+)\}/g, ':$1');

describe('the examples that /docs shows', function () {
  this.timeout(120_000);
  let api: RunningApi;
  /** What reads alone is about one exam. */
  let still: ExamFixture;
  let stillKnown: Awaited<ReturnType<typeof realExamplesFor>>;
  before(async () => {
    api = await startApi('shown-examples', {
      config: { fileQuota: { planBytes: 10_000_000, personBytes: 5_000_000 } },
    });
    still = await makeExam(api);
    stillKnown = await realExamplesFor(api, still);
  });
  after(() => api.stop());

  type Sent = { path: string; body?: unknown; headers: Record<string, string>; token?: string };
  type Preparation = (exam: ExamFixture, sent: Sent) => Promise<Partial<Sent>>;

  const send = async (token: string, method: string, path: string, body?: unknown, headers = {}) => {
    const { status, text, body: reply } = await api.call(method, `/v1${path}`, { token, body, headers });
    assert.ok(status < 300, `${method} ${path} → ${status} ${text}`);
    return reply as Record<string, string>;
  };
  /** Of the first room. */
  async function move({ roomIds: [roomId] }: ExamFixture, status: 'open' | 'running'): Promise<void> {
    await api.store.rooms.take(roomId);
    await api.store.rooms.change(roomId, 1, status === 'open' ? { status } : { status, startsAt: 1 });
  }
  async function uploaded({ admin, planId, roomIds: [roomId] }: ExamFixture, isWhole: boolean): Promise<string> {
    const about = { use: 'evidence', roomId, name: 'seen.bin', bytes: BYTES.length, sha256: hash('sha256', BYTES) };
    const { uploadId = '' } = await send(admin, 'POST', `/plans/${planId}/uploads`, about);
    const type = { 'content-type': 'application/octet-stream' };
    if (isWhole) await send(admin, 'PUT', `/uploads/${uploadId}/bytes?offset=0`, BYTES, type);
    return uploadId;
  }
  const ofWhole: Preparation = async (exam, { path }) => ({
    path: path.replace(exam.uploadId, await uploaded(exam, true)),
  });
  const exported: Preparation = async ({ admin, planId }, { path }) => {
    const { exportId = '' } = await send(admin, 'POST', `/plans/${planId}/exports`, { what: 'logs', format: 'csv' });
    return { path: path.replace(/[^/?]+(?=\?|$)/, exportId) };
  };
  const table: Preparation = async () => ({
    body: TABLE,
    headers: { 'content-type': 'text/csv', 'idempotency-key': newId() },
  });
  const photo = (admin: string, path: string) => send(admin, 'PUT', path, PNG, { 'content-type': 'image/png' });

  /** What has to be there before; and bytes, which are not shown. */
  const PREPARED: Readonly<Record<string, Preparation>> = {
    async 'POST /enter'(exam) {
      await move(exam, 'open');
      return {};
    },
    async 'GET /rooms/:roomId/paper'(exam) {
      await move(exam, 'open');
      const { code } = personAt(exam, 0);
      const body = { code, deviceKey: `device-${newId()}`, entryId: newId() };
      const entered = await api.call('POST', '/v1/enter', { body, key: null });
      return { token: (entered.body as { token: string }).token };
    },
    async 'GET /paper'(exam) {
      await move(exam, 'running');
      return {};
    },
    async 'POST /examinees/:examineeId/registered-answers'(exam) {
      await move(exam, 'running');
      return {};
    },
    async 'POST /login'({ admin }, { body }) {
      await send(admin, 'POST', '/admins', body);
      return {};
    },
    async 'POST /me/password'({ admin }, { body }) {
      const account = { login: `own-${newId().toLowerCase()}`, password: (body as { current: string }).current };
      await send(admin, 'POST', '/admins', account);
      const { token = '' } = await send(admin, 'POST', '/login', account);
      return { token };
    },
    async 'POST /links/:token'(_exam, { path }) {
      const link = await api.session({ kind: 'link', subjectId: 'new-admin' });
      return { path: path.replace(/[^/]+$/, link) };
    },
    async 'DELETE /papers/:paperId'({ planId, admin }) {
      await send(admin, 'DELETE', `/plans/${planId}`);
      return {};
    },
    async 'DELETE /rooms/:roomId'({ planId, admin }) {
      const made = await send(admin, 'POST', `/plans/${planId}/rooms`, { rooms: [{ label: 'empty' }] });
      const { rooms } = made as unknown as { rooms: { roomId: string }[] };
      return { path: `/v1/rooms/${rooms.at(-1)?.roomId}` };
    },
    'POST /plans/:planId/roster-imports': table,
    'POST /plans/:planId/roster-imports/check': table,
    async 'GET /plans/:planId/roster-imports/:importId'({ planId, admin }, { path }) {
      const type = { 'content-type': 'text/csv' };
      const { importId = '' } = await send(admin, 'POST', `/plans/${planId}/roster-imports`, TABLE, type);
      return { path: path.replace(/[^/]+$/, importId) };
    },
    'PUT /examinees/:examineeId/photo': async () => ({ body: PNG, headers: { 'content-type': 'image/png' } }),
    async 'GET /examinees/:examineeId/photo'({ admin }, { path }) {
      await photo(admin, path.slice('/v1'.length));
      return {};
    },
    async 'PUT /uploads/:uploadId/bytes'(exam, { path }) {
      const bytes = { body: BYTES, headers: { 'content-type': 'application/octet-stream' } };
      return { path: path.replace(exam.uploadId, await uploaded(exam, false)), ...bytes };
    },
    'GET /uploads/:uploadId/content': ofWhole,
    'POST /uploads/:uploadId/link': ofWhole,
    'GET /exports/:exportId': exported,
    'DELETE /exports/:exportId': exported,
    async 'GET /file-links/:token'(exam) {
      const { url = '' } = await send(exam.admin, 'POST', `/uploads/${await uploaded(exam, true)}/link`, {});
      return { path: new URL(url, api.url).pathname };
    },
    async 'POST /examinees/:examineeId/erasure'({ roomIds }) {
      for (const roomId of roomIds) {
        await api.store.rooms.take(roomId);
        await api.store.rooms.change(roomId, 1, { status: 'ended', settledAt: 1 });
      }
      return {};
    },
  };

  function sentBy(path: string, { parameters, requestBody }: Operation): Sent {
    const of = (place: string) => parameters.filter((one) => one.in === place && one.example !== undefined);
    const line = of('path').reduce((all, { name, example }) => all.replace(`{${name}}`, String(example)), path);
    const query = new URLSearchParams(of('query').map(({ name, example }) => [name, String(example)]));
    const headers = Object.fromEntries(of('header').map(({ name, example }) => [name.toLowerCase(), String(example)]));
    const body = requestBody?.content['application/json']?.example;
    return { path: query.size === 0 ? line : `${line}?${query}`, headers, ...(body === undefined ? {} : { body }) };
  }

  async function run(path: string, method: string): Promise<string | undefined> {
    const name = `${method.toUpperCase()} ${names(path)}`;
    const isRead = method === 'get' && STATES[name] === undefined && PREPARED[name] === undefined;
    const exam = isRead ? still : await makeExam(api);
    const known = isRead ? stillKnown : await realExamplesFor(api, exam);
    const state = STATES[name];
    if (state !== undefined) await forceState(api, exam.planId, state);
    const told = aboutReal(exam, known, OPENAPI)
      .replaceAll(/NEW0{13}|new0{13}/g, (word) => (word.startsWith('n') ? newId().toLowerCase() : newId()))
      .replaceAll('one-of-your-own', newId());
    const operation = Document.parse(JSON.parse(told)).paths[path]?.[method] ?? assert.fail(name);
    const shown = { token: await tokenFor(api, exam, name), ...sentBy(path, operation) };
    const sent = { ...shown, ...(await PREPARED[name]?.(exam, shown)) };
    const { status, text } = await api.call(method.toUpperCase(), sent.path, { key: null, ...sent });
    const success = Object.keys(operation.responses).filter((code) => /^2/.test(code));
    return success.includes(String(status)) ? undefined : `${name} → ${status} ${text.slice(0, 400)}`;
  }

  it('run as they stand, each with the success that the document names', async () => {
    const open: string[] = [];
    for (const [path, methods] of Object.entries(Document.parse(JSON.parse(OPENAPI)).paths))
      for (const method of Object.keys(methods)) {
        const failure =
          ELSEWHERE[`${method.toUpperCase()} ${names(path)}`] === undefined ? await run(path, method) : undefined;
        if (failure !== undefined) open.push(failure);
      }
    assert.deepEqual(open, []);
  });
});
