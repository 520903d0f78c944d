// Requests that nobody honest sends, on every route of the table: never a fault, always a problem, and nothing is changed.
// A route that is added is tested without a line here, by its example. Called by hostile.test.ts, and by hostile.long.ts with more.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import mongoose from 'mongoose';
import type { z } from 'zod';
import type { Example } from '../../api/examples.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import { LIMITS } from '../../schema/limits.ts';
import { safelyParsed } from '../../schema/parsed.ts';
import { seed } from '../exam/seed.ts';
import { aControl, aReport } from '../support/stored.ts';
import { type ExamFixture, forceState, makeExam } from './exam-fixture.ts';
import { examplesFor, tokenFor } from './examples.ts';
import { type HostileBody, hostileBodies, hostileQueries, hostileWords } from './hostile-requests.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const ORDINARY_BYTES = 64 * 1_024;
const MOST_BYTES = {
  answers: 7 * LIMITS.answerBytes,
  import: LIMITS.importBytes,
  paper: LIMITS.paperBytes,
  export: LIMITS.exportBytes,
};

/** Bodies, and words of each path and query, for every route. */
export type HostileCounts = { readonly bodies: number; readonly lines: number };

export const hostileRequests = ({ bodies, lines }: HostileCounts) =>
  function (this: Mocha.Suite) {
    this.timeout(600_000);
    let api: RunningApi;
    let exam: ExamFixture;
    let examples: Record<string, Example>;
    let database: mongoose.mongo.MongoClient;

    before(async () => {
      api = await startApi('hostile-requests');
      database = await mongoose.mongo.MongoClient.connect(api.storeUrl);
      exam = await makeExam(api);
      await forceState(api, exam.planId, 'open');
      const { control } = await api.store.controls.issue(aControl(exam.planId));
      const report = aReport({ planId: exam.planId, roomId: exam.roomIds[0] });
      await api.store.incidents.report(report, DEFAULT_INCIDENT_RULES, Date.now());
      examples = examplesFor(exam, control._id, report.reportId);
    });
    after(async () => {
      await database.close();
      await api.stop();
    });

    /** Everything that is stored, and what rooms and workers were told. */
    async function stateOf(): Promise<string> {
      const hash = createHash('sha256');
      const collections = await database.db().listCollections({}, { nameOnly: true }).toArray();
      for (const { name } of collections.toSorted((one, other) => one.name.localeCompare(other.name))) {
        const rows = await database.db().collection(name).find().sort({ _id: 1 }).toArray();
        hash.update(`${name} ${JSON.stringify(rows)}`);
      }
      const { seats, questions, hints, travelled, logs, statistics, changedIncidents } = api;
      hash.update(JSON.stringify([seats, questions, hints, travelled, logs, statistics, changedIncidents]));
      return hash.digest('hex');
    }

    /** Made before anything is compared: to log in changes something. */
    async function tokensOfRoutes(): Promise<Map<string, string>> {
      const tokens = new Map<string, string>();
      for (const { route } of api.routes) tokens.set(nameOf(route), await tokenFor(api, exam, nameOf(route)));
      return tokens;
    }

    function mustRefuse({ status, text }: Answered, what: string): void {
      assert.ok(status >= 400 && status < 500, `${what} → ${status} ${text.slice(0, 300)}`);
    }

    /** With the seed in what it throws. */
    const always = <T>(property: fc.IAsyncProperty<T>, runs: number) => fc.assert(property, { seed, numRuns: runs });

    it('are refused by every route whatever their body is, and change nothing', async () => {
      const tokens = await tokensOfRoutes();
      const before = await stateOf();
      for (const { prefix, route } of api.routes) {
        const name = nameOf(route);
        if (route.method === 'get') continue;
        const { path, body } = exampleOf(name);
        const token = tokens.get(name);
        const send = async ({ bytes, headers }: HostileBody) => {
          fc.pre(!fits(route.body, headers, bytes));
          mustRefuse(
            await api.call(route.method.toUpperCase(), path, { token, body: bytes, headers }),
            `${name} with ${JSON.stringify(headers)} ${Buffer.from(bytes.subarray(0, 200)).toString()}`,
          );
        };
        const most = route.size === undefined ? ORDINARY_BYTES : MOST_BYTES[route.size];
        await always(fc.asyncProperty(hostileBodies(body, most), send), bodies);
        assert.equal(await stateOf(), before, `${prefix}${route.path} changed something`);
      }
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
    });

    it('are refused by every route whatever stands in their path and query, and change nothing', async () => {
      const tokens = await tokensOfRoutes();
      const before = await stateOf();
      for (const { prefix, route } of api.routes) {
        const name = nameOf(route);
        const { path, body } = exampleOf(name);
        const token = tokens.get(name);
        const call = (line: string) => api.call(route.method.toUpperCase(), line, { token, body });
        if (prefix === '') continue; // what says whether it lives takes no query, and asks nobody who he is
        const sign = path.includes('?') ? '&' : '?';
        const queried = async (query: string) => mustRefuse(await call(`${path}${sign}${query}`), `${name} ?${query}`);
        await always(fc.asyncProperty(hostileQueries, queried), lines);
        const pathed = async (word: string) =>
          mustRefuse(await call(`${prefix}${route.path.replace(/:\w+/, () => word)}`), `${name} with ${word}`);
        if (route.path.includes(':')) await always(fc.asyncProperty(hostileWords, pathed), lines);
        assert.equal(await stateOf(), before, `${name} changed something`);
      }
    });

    it('leave an api that takes honest ones', async () => {
      for (const [name, { path, body }] of Object.entries(examples)) {
        const token = await tokenFor(api, exam, name, await api.adminToken());
        const { status, text } = await api.call(name.split(' ')[0] ?? '', path, { token, body });
        assert.ok(status !== 422 && status < 500, `${name} → ${status} ${text.slice(0, 200)}`);
      }
    });

    /** By chance it may be one that the route takes, as any text is of a note. */
    function fits(
      shape: z.ZodType,
      { 'content-encoding': encoding, ...headers }: HostileBody['headers'],
      bytes: Uint8Array,
    ) {
      if (encoding !== undefined || headers['content-type'] !== 'application/json') return false;
      try {
        return safelyParsed(shape, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).success;
      } catch {
        return false; // no JSON, or no UTF-8
      }
    }

    function exampleOf(name: string): Example {
      const example = examples[name];
      assert.ok(example, `${name} has no example`);
      return example;
    }
  };

function nameOf({ method, path }: RunningApi['routes'][number]['route']): string {
  return `${method.toUpperCase()} ${path}`;
}
