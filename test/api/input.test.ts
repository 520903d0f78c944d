// Bad input for each member of each body and query, made from the OpenAPI document: a member added to a schema is tested
// without a line here. And what attackers send: operators, prototypes, things that are no text.
import assert from 'node:assert/strict';
import type { Example } from '../../api/examples.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { Problem } from '../../schema/replies.ts';
import { aControl, aReport } from '../support/stored.ts';
import { type ExamFixture, forceState, makeExam } from './exam-fixture.ts';
import { examplesFor, tokenFor } from './examples.ts';
import { type RunningApi, startApi } from './running-api.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Place = readonly (string | number)[];

/** What no member of any body takes. */
const NEVER: Json[] = [{ $ne: null }, { $where: 'sleep(1000)' }, ['nested', ['deep']]];

/** Members that are a line of text without control characters. */
const LINES = new Set<string | number>([
  'label',
  'login',
  'code',
  'deviceKey',
  'entryId',
  'paperId',
  'roomId',
  'controlId',
]);
/** Members that take nearly every kind of value: what fits is looked at with their item. */
const RESPONSES = new Set<string | number>(['response']);
/** Lists that may have nothing in them. */
const MAY_BE_EMPTY = new Set<string | number>(['sections', 'pictures', 'reasons', 'revisions']);
/** Members that may be null. */
const NULLABLE = new Set<string | number>(['retentionDays']);
/** Members that are no whole numbers. */
const FRACTIONS = new Set<string | number>(['severity']);
/** Members that name something: never empty, never long. */
const NAMES = new Set<string | number>([
  'label',
  'name',
  'login',
  'code',
  'deviceKey',
  'entryId',
  'paperId',
  'roomId',
  'controlId',
  'action',
  'kind',
]);

describe('input of requests', function () {
  this.timeout(60_000); // many requests a test

  let api: RunningApi;
  let exam: ExamFixture;
  let examples: Record<string, Example>;

  before(async () => {
    api = await startApi('input');
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    const { control } = await api.store.controls.issue(aControl(exam.planId));
    const report = aReport({ planId: exam.planId, roomId: exam.roomIds[0] });
    await api.store.incidents.report(report, DEFAULT_INCIDENT_RULES, Date.now());
    examples = examplesFor(exam, control._id, report.reportId);
  });
  after(() => api.stop());

  const bodied = () =>
    Object.entries(examples).filter(
      ([, example]) => example.body !== undefined && Object.keys(example.body).length > 0,
    );

  async function isInvalid(name: string, path: string, body: unknown, told: string): Promise<void> {
    const [method = ''] = name.split(' ');
    const token = await tokenFor(api, exam, name);
    const { status, body: problem, text } = await api.call(method, path, { token, body });
    assert.deepEqual(
      [status, (problem as Problem).code],
      [422, 'REQUEST_INVALID'],
      `${name} ${told} → ${text.slice(0, 300)}`,
    );
  }

  it('refuses operators and other shapes at every place of every body', async () => {
    let tried = 0;
    for (const [name, { path, body }] of bodied()) {
      for (const place of placesOf(body as Json)) {
        for (const bad of NEVER) {
          await isInvalid(
            name,
            path,
            withValue(body as Json, place, bad),
            `${place.join('.')} = ${JSON.stringify(bad)}`,
          );
          tried++;
        }
      }
    }
    assert.ok(tried > 150, `only ${tried} were tried`);
  });

  it('refuses null, and for each kind of value one of another kind, at every place', async () => {
    for (const [name, { path, body }] of bodied()) {
      for (const place of placesOf(body as Json)) {
        if (RESPONSES.has(place.at(-1) ?? '')) continue;
        const value = valueAt(body as Json, place);
        const isOptional = NULLABLE.has(place.at(-1) ?? '');
        const others: Json[] = [
          ...(isOptional ? [] : [null]),
          typeof value === 'string' ? 7 : 'text',
          typeof value === 'boolean' ? 1 : true,
        ];
        if (typeof value === 'number') others.push(-1, 1e300, ...(FRACTIONS.has(place.at(-1) ?? '') ? [] : [0.5]));
        if (NAMES.has(place.at(-1) ?? '')) others.push('', 'x'.repeat(3_000));
        if (LINES.has(place.at(-1) ?? '')) others.push('\u0000');
        if (Array.isArray(value) && !MAY_BE_EMPTY.has(place.at(-1) ?? '')) others.push([]);
        for (const bad of others) {
          await isInvalid(
            name,
            path,
            withValue(body as Json, place, bad),
            `${place.join('.')} = ${JSON.stringify(bad).slice(0, 40)}`,
          );
        }
      }
    }
  });

  it('refuses members that nobody asked for, also those that change prototypes', async () => {
    for (const [name, { path, body }] of bodied()) {
      for (const place of [[], ...placesOf(body as Json)].filter((each) => isObject(valueAt(body as Json, each)))) {
        for (const extra of ['isAdmin', '__proto__', 'constructor', '$set']) {
          const text = JSON.stringify(withValue(body as Json, [...place, 'PLACE'], { polluted: true })).replace(
            '"PLACE"',
            JSON.stringify(extra),
          );
          await isInvalid(name, path, text, `${place.join('.')} with ${extra}`);
        }
      }
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('refuses a body that lacks what is asked for', async () => {
    for (const [name, { path }] of bodied()) {
      if (name.endsWith('link') || name === 'POST /services') continue; // the length of a life has a default
      if (/ \/plans\/:planId\/(un)?(schedule|archive)$/.test(name)) continue; // no reason is asked for
      await isInvalid(name, path, {}, 'without a member');
      await isInvalid(name, path, undefined, 'without a body');
    }
  });

  it('refuses queries that it does not know, twice the same, or with operators', async () => {
    for (const [name, { path }] of Object.entries(examples)) {
      if (!name.startsWith('GET ') || name === 'GET /paper') continue;
      const sign = path.includes('?') ? '&' : '?';
      for (const query of ['more=1', '__proto__=1', 'a[$ne]=1', 'limit=0&limit=1', 'after[$gt]=', 'constructor=x']) {
        await isInvalid(name, path + sign + query, undefined, query);
      }
    }
  });

  it('refuses cursors and limits that are none', async () => {
    for (const list of ['', '/rooms', '/examinees', '/proctors', '/results', '/logs', '/incidents']) {
      const path = list === '' ? '/v1/plans' : `/v1/plans/${exam.planId}${list}`;
      for (const query of [
        'limit=0',
        'limit=501',
        'limit=-1',
        'limit=x',
        'limit=1.5',
        'limit=',
        'after=',
        'after=%00',
        'after=$gt',
      ]) {
        await isInvalid('GET ', `${path}?${query}`, undefined, query);
      }
    }
  });

  it('refuses ids that are none, in every path', async () => {
    const bad = ['1', 'x'.repeat(17), '%7B%22%24ne%22%3Anull%7D', '..%2F..%2Fetc', '%00'.repeat(16), '__proto__'];
    for (const [name, { body }] of Object.entries(examples)) {
      const [method = '', pattern = ''] = name.split(' ');
      if (!pattern.includes(':')) continue;
      for (const id of bad) {
        const { status } = await api.call(method, `/v1${pattern.replace(/:\w+/, id)}`, {
          token: await tokenFor(api, exam, name),
          body,
        });
        assert.equal(status, 422, `${name} with ${id}`);
      }
    }
  });

  it('says 404, and not more, for ids that nothing has', async () => {
    const unknown: Record<string, string> = {
      '/v1/plans/ID': 'PLAN_UNKNOWN',
      '/v1/plans/ID/rooms': 'PLAN_UNKNOWN',
      '/v1/plans/ID/examinees': 'PLAN_UNKNOWN',
      '/v1/plans/ID/proctors': 'PLAN_UNKNOWN',
      '/v1/plans/ID/progress': 'PLAN_UNKNOWN',
      '/v1/plans/ID/results': 'PLAN_UNKNOWN',
      '/v1/plans/ID/statistics': 'PLAN_UNKNOWN',
      '/v1/plans/ID/logs': 'PLAN_UNKNOWN',
      '/v1/plans/ID/incidents': 'PLAN_UNKNOWN',
      '/v1/plans/ID/incidents/statistics': 'PLAN_UNKNOWN',
      '/v1/incidents/ID': 'INCIDENT_UNKNOWN',
      '/v1/files?planId=ID': 'PLAN_UNKNOWN',
      '/v1/files/sheet.ID': 'FILE_UNKNOWN',
      '/v1/papers/ID': 'PAPER_UNKNOWN',
      '/v1/controls/ID': 'CONTROL_UNKNOWN',
      '/v1/examinees/ID/sheet': 'EXAMINEE_UNKNOWN',
    };
    for (const [path, code] of Object.entries(unknown)) {
      const { body } = await api.call('GET', path.replace('ID', newId()), { token: exam.admin });
      assert.equal((body as Problem).code, code, path);
    }
  });

  it('still takes every example as it is', async () => {
    for (const [name, { path, body }] of Object.entries(examples)) {
      const [method = ''] = name.split(' ');
      const token = await tokenFor(api, exam, name, await api.adminToken());
      const { status, text } = await api.call(method, path, { token, body });
      assert.ok(status !== 422 && status !== 500, `${name} → ${status} ${text.slice(0, 200)}`);
    }
  });
});

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every place inside, but not the whole. */
function placesOf(value: Json, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const place = [...at, Array.isArray(value) ? Number(name) : name];
    return [place, ...placesOf(member, place)];
  });
}

function valueAt(value: Json, place: Place): Json | undefined {
  return place.reduce<Json | undefined>(
    (inner, name) => (inner as Record<string | number, Json> | undefined)?.[name],
    value,
  );
}

function withValue(value: Json, place: Place, put: Json): Json {
  const copy = structuredClone(value);
  const last = place.at(-1);
  const parent = valueAt(copy, place.slice(0, -1)) as Record<string | number, Json>;
  if (last !== undefined) parent[last] = put;
  return copy;
}
