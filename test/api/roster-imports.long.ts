// Ten thousand people through the real api, measured, and processes that are killed while they write them.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { newId } from '../../schema/ids.ts';
import { IMPORT_STALE_MS, type RosterImportView } from '../../schema/roster-imports.ts';
import { sweepRosters } from '../../workers/roster-sweep.ts';
import { aPlan } from '../support/stored.ts';
import { makeExam } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const FIXTURE = fileURLToPath(new URL('roster-import-fixture.ts', import.meta.url));
const PEOPLE = 10_000;
const MOST_MS = 10_000;
/** What the process says before it is killed, each in a plan of its own. */
const STEPS = ['create', 'addRooms', 'addPeople 1', 'addPeople 2', 'addPeople 3', 'commit', 'finish', 'done'];

describe('rosters as large files', function () {
  this.timeout(180_000);
  let api: RunningApi;

  before(async () => {
    api = await startApi('roster-large');
  });
  after(() => api.stop());

  it(`of ${PEOPLE} people are taken within ten seconds, and say meanwhile how far they are`, async () => {
    const { admin, paperId } = await makeExam(api);
    const body = { name: 'large', paperId, durationMs: 600_000 };
    const { planId } = (await api.call('POST', '/v1/plans', { token: admin, body })).body as { planId: string };
    const rows = Array.from({ length: PEOPLE }, (_, at) => `${at},응시자,제${at % 310}고사실,${at},`);
    const text = `수험번호,이름,고사실,좌석,추가시간\n${rows.join('\n')}\n`;
    const path = `/v1/plans/${planId}/roster-imports`;
    const startedAt = performance.now();
    const sent = { isUnderWay: true };
    const importing = api
      .call('POST', path, {
        token: admin,
        body: new TextEncoder().encode(text),
        headers: { 'content-type': 'text/csv' },
      })
      .finally(() => {
        sent.isUnderWay = false;
      });
    const seen = new Set<number>();
    while (sent.isUnderWay) {
      const { imports } = (await api.call('GET', path, { token: admin })).body as { imports: RosterImportView[] };
      for (const { written } of imports) seen.add(written);
    }
    const answer = await importing;
    const tookMs = Math.round(performance.now() - startedAt);
    assert.equal(answer.status, 201, answer.text);
    console.log(
      `      ${PEOPLE} people in 310 rooms: ${tookMs} ms, ${text.length} characters, ${seen.size} figures of progress`,
    );
    assert.equal((await api.store.examinees.allStandings(planId)).length, PEOPLE);
    assert.ok(seen.size > 5);
    assert.ok(tookMs <= MOST_MS, `${tookMs} ms`);
  });

  for (const step of STEPS)
    it(`are whole or nothing where their process is killed at ${step}`, async () => {
      const plan = aPlan();
      await api.store.plans.create(plan);
      const child = spawn(process.execPath, [FIXTURE, api.storeUrl, plan._id, newId()], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const isThere = await killedAt(child, step);
      assert.ok(isThere, 'it ended before');
      const before = (await api.store.examinees.allStandings(plan._id)).length;
      const later = () => Date.now() + IMPORT_STALE_MS + 1_000;
      await sweepRosters(api.store, pino({ level: 'silent' }), later, new AbortController().signal);
      const people = (await api.store.examinees.allStandings(plan._id)).length;
      const rooms = await api.store.rooms.idsOf(plan._id);
      assert.ok([0, 2_000].includes(before), `${before} were seen`);
      assert.ok([0, 2_000].includes(people), `${people} are left`);
      assert.ok(people === before || before === 0);
      assert.equal(rooms.length, people === 0 ? 0 : 20);
      const sheets = [...(await api.store.sheets.statesByPlan(plan._id, { limit: 3_000 }))];
      assert.equal(sheets.length, people);
      assert.equal((await api.store.plans.get(plan._id))?.importing, undefined);
    });
});

/** SIGKILL as soon as it says this; false where it ended without. */
async function killedAt(child: ChildProcess, step: string): Promise<boolean> {
  assert.ok(child.stdout);
  const ended = once(child, 'exit');
  let isThere = false;
  for await (const line of createInterface(child.stdout)) {
    if (line !== step) continue;
    isThere = true;
    child.kill('SIGKILL');
    break;
  }
  await ended;
  return isThere;
}
