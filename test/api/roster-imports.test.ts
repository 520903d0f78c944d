// Rosters as CSV files over REST: what a check says, what an import makes, and that a half one counts for nobody, whatever
// dies and whenever.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import { pino } from 'pino';
import { newId } from '../../schema/ids.ts';
import type { Problem } from '../../schema/replies.ts';
import { IMPORT_STALE_MS, type RosterCheck, type RosterImportView } from '../../schema/roster-imports.ts';
import { sweepRosters } from '../../workers/roster-sweep.ts';
import { until } from '../support/hall.ts';
import { testFolder } from '../support/parts.ts';
import { anExaminee } from '../support/stored.ts';
import { makeExam } from './exam-fixture.ts';
import { mortal } from './mortal-store.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const LOG = pino({ level: 'silent' });
const CSV = { 'content-type': 'text/csv' };

describe('rosters as files', () => {
  let api: RunningApi;
  let admin: string;
  let paperId: string;
  const life = mortal();

  before(async () => {
    api = await startApi('roster-imports', { decorate: life.decorate });
    ({ admin, paperId } = await makeExam(api));
  });
  after(() => api.stop());
  beforeEach(() => {
    life.death = undefined;
  });

  const bytesOf = (text: string | Uint8Array) => (typeof text === 'string' ? new TextEncoder().encode(text) : text);
  const post = (planId: string, text: string | Uint8Array, query = '', key = newId()): Promise<Answered> =>
    api.call('POST', `/v1/plans/${planId}/roster-imports${query}`, {
      token: admin,
      body: bytesOf(text),
      headers: CSV,
      key,
    });
  const check = async (planId: string, text: string | Uint8Array, query = ''): Promise<RosterCheck> => {
    const path = `/v1/plans/${planId}/roster-imports/check${query}`;
    const answer = await api.call('POST', path, { token: admin, body: bytesOf(text), headers: CSV });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const read = async <T>(path: string): Promise<T> => (await api.call('GET', path, { token: admin })).body;

  async function draft(rooms: readonly string[] = []): Promise<string> {
    const body = { name: 'plan', paperId, durationMs: 600_000 };
    const made = await api.call('POST', '/v1/plans', { token: admin, body });
    const { planId } = made.body as { planId: string };
    if (rooms.length > 0)
      await api.call('POST', `/v1/plans/${planId}/rooms`, {
        token: admin,
        body: { rooms: rooms.map((label) => ({ label })) },
      });
    return planId;
  }

  type Person = {
    examineeId: string;
    label: string;
    roomId: string;
    seat: string | null;
    code: string;
    extraMs: number;
  };
  async function rosterOf(planId: string): Promise<string[]> {
    const { examinees } = await read<{ examinees: Person[] }>(`/v1/plans/${planId}/examinees?sort=label&limit=500`);
    const { rooms } = await read<{ rooms: { roomId: string; label: string }[] }>(`/v1/plans/${planId}/rooms?limit=500`);
    const labels = new Map(rooms.map(({ roomId, label }) => [roomId, label]));
    return examinees.map(({ label, roomId, seat, extraMs }) => `${label}|${labels.get(roomId)}|${seat}|${extraMs}`);
  }

  /** What there is of the plan, as everybody sees it: people and rooms by each way that leads to them. */
  async function seen(planId: string): Promise<{ people: number[]; rooms: number[] }> {
    const [byId, byLabel, progress, rooms, overview, monitor] = await Promise.all([
      read<{ examinees: Person[] }>(`/v1/plans/${planId}/examinees?limit=500`),
      read<{ examinees: Person[] }>(`/v1/plans/${planId}/examinees?sort=label&limit=500`),
      read<{ examineeCount: number; roomCount: number }>(`/v1/plans/${planId}/progress`),
      read<{ rooms: unknown[] }>(`/v1/plans/${planId}/rooms?limit=500`),
      api.store.examinees.countByStatus(planId),
      read<{ examinees: unknown[]; rooms: unknown[] }>(`/v1/monitor/plans/${planId}`),
    ]);
    return {
      people: [
        ...[byId.examinees.length, byLabel.examinees.length, progress.examineeCount],
        ...[overview.registered, monitor.examinees.length],
      ],
      rooms: [rooms.rooms.length, progress.roomCount, monitor.rooms.length],
    };
  }

  const rows = (count: number, room = (index: number) => `room ${index % 6}`) =>
    `name,room,seat\n${Array.from({ length: count }, (_, at) => `person ${at},${room(at)},${at}`).join('\n')}`;

  it('become people, rooms and seats, in CP949 with semicolons as in UTF-8', async () => {
    const planId = await draft(['B']);
    // 번호;성명;고사실;좌석;추가시간 / 1;뷁;A;1;10 / 2;똠;B;;
    const cp949 = Buffer.from(
      'b9f8c8a33bbcbab8ed3bb0edbbe7bdc73bc1c2bcae3bc3dfb0a1bdc3b0a30d0a313b94ee3b413b313b31300d0a323b8c633b423b3b0d0a',
      'hex',
    );
    const answer = await post(planId, cp949);
    assert.equal(answer.status, 201, answer.text);
    const made = answer.body as RosterImportView;
    assert.deepEqual([made.state, made.people, made.written, made.newRooms], ['committed', 2, 2, 1]);
    assert.ok(made.endedAt > 0);
    assert.deepEqual(await rosterOf(planId), ['1 뷁|A|1|600000', '2 똠|B|null|0']);
    const [first] = (await api.store.examinees.byPlan(planId, { limit: 1 })).map(({ _id }) => _id);
    assert.equal((await api.store.sheets.get(first ?? ''))?.state, 'empty');
    const noted = (await api.store.audit.waiting(500)).filter(({ planId: of }) => of === planId);
    const entry = noted.find(({ facts }) => facts.kind === 'roster.imported')?.facts;
    assert.deepEqual([entry?.actorRole, entry?.data], ['admin', { importId: made.importId, count: 2, rooms: 1 }]);
    assert.ok(!JSON.stringify(noted).includes('뷁'));
    assert.equal((await api.call('POST', `/v1/plans/${planId}/schedule`, { token: admin, body: {} })).status, 200);
  });

  it('are checked without a trace: columns, rooms, and every error with its row, its column and what is allowed', async () => {
    const planId = await draft(['A']);
    const found = await check(
      planId,
      'Name\tRoom\tSeat\tNote\nAda\tA\t1\tx\n\tA\t2\nBen\tB\t1\nBen\tB\t1',
      '?newRooms=refuse',
    );
    assert.deepEqual([found.encoding, found.delimiter, found.ignored], ['utf-8', 'tab', ['Note']]);
    assert.deepEqual(found.columns, { name: 'Name', room: 'Room', seat: 'Seat' });
    assert.deepEqual(
      found.errors.map(({ row, column, message }) => [row, column, message]),
      [
        [3, 'Name', 'It is empty.'],
        [4, 'Room', 'The plan has no such room.'],
        [5, 'Name', 'Row 4 has the same label.'],
        [5, 'Room', 'The plan has no such room.'],
      ],
    );
    assert.equal(found.errorCount, 4);
    assert.match(found.errors[1]?.allowed ?? '', /: A$/);
    const refused = await post(planId, 'name\nAda\n\n"",', '?rooms=file');
    const problem = refused.body as Problem;
    assert.deepEqual([refused.status, problem.code], [422, 'ROSTER_INVALID']);
    assert.match(problem.errors?.[0]?.message ?? '', /roomColumn/);
    assert.deepEqual(await rosterOf(planId), []);
    assert.equal((await check(planId, 'name,room\nAda,A')).errorCount, 0);
    for (const query of ['?order=shuffled', '?seed=x', '?capacity=0', '?capacity=501', '?more=1', '?rooms=any'])
      assert.equal((await post(planId, 'name,room\nAda,A', query)).status, 422, query);
  });

  it('take the columns that are named, and fill rooms by the rule that is asked for', async () => {
    const planId = await draft(['room 10', 'room 2']);
    const text = 'a;b\nKim;x\nLee;y\nPark;x\nChoi;y';
    const query = '?nameColumn=a&groupColumn=2&rooms=fill&capacity=2&groups=keep&seats=number&order=label';
    assert.equal((await post(planId, text, query)).status, 201);
    assert.deepEqual(await rosterOf(planId), [
      'Choi|room 2|1|0',
      'Kim|room 10|1|0',
      'Lee|room 2|2|0',
      'Park|room 10|2|0',
    ]);
    const shuffled = async () => {
      const other = await draft(['A']);
      await post(other, text, '?nameColumn=a&order=shuffled&seed=2026&seats=number');
      return rosterOf(other);
    };
    assert.deepEqual(await shuffled(), await shuffled());
  });

  it('are there once, however often they are sent under one key', async () => {
    const planId = await draft();
    const key = newId();
    const [first, again] = [await post(planId, rows(5), '', key), await post(planId, rows(5), '', key)];
    assert.deepEqual([first.status, again.body], [201, first.body]);
    const other = await post(planId, rows(6), '', key);
    assert.deepEqual([other.status, (other.body as Problem).code], [422, 'KEY_REUSED']);
    const taken = await post(planId, rows(1));
    assert.match((taken.body as Problem).errors?.[0]?.message ?? '', /has somebody of this label/);
    assert.equal((await rosterOf(planId)).length, 5);
    const { imports } = await read<{ imports: RosterImportView[] }>(`/v1/plans/${planId}/roster-imports`);
    assert.deepEqual(imports.map(({ state }) => state).sort(), ['committed', 'failed']);
    const [one] = imports;
    assert.deepEqual(await read(`/v1/plans/${planId}/roster-imports/${one?.importId}`), one);
    const elsewhere = await read<Problem>(`/v1/plans/${await draft()}/roster-imports/${one?.importId}`);
    assert.equal(elsewhere.code, 'IMPORT_UNKNOWN');
  });

  it('count for nobody until all of them do, and say meanwhile how far they are', async () => {
    const planId = await draft(['room 0']);
    const sent = { isUnderWay: true };
    const importing = post(planId, rows(2_500)).finally(() => {
      sent.isUnderWay = false;
    });
    const progress = new Set<number>();
    const states = new Set<string>();
    const watchProgress = async () => {
      while (sent.isUnderWay) {
        const { imports } = await read<{ imports: RosterImportView[] }>(`/v1/plans/${planId}/roster-imports`);
        for (const { written } of imports) progress.add(written);
      }
    };
    const watchRoster = async () => {
      while (sent.isUnderWay) {
        const { people, rooms } = await seen(planId);
        for (const count of people) assert.ok([0, 500, 2_500].includes(count), `${count} people were seen`);
        for (const count of rooms) assert.ok([1, 6].includes(count), `${count} rooms were seen`);
        states.add(people.join());
      }
    };
    await Promise.all([watchProgress(), watchRoster()]);
    assert.equal((await importing).status, 201, (await importing).text);
    // Progress and monitor are as of a moment ago.
    const whole = { people: [500, 500, 2_500, 2_500, 2_500], rooms: [6, 6, 6] };
    await until(async () => isDeepStrictEqual(await seen(planId), whole));
    assert.ok(states.has('0,0,0,0,0'), 'nothing was seen while it was written');
    assert.ok(progress.size > 2, `only ${[...progress]} was seen of its progress`);
  });

  it('keep the draft a draft and its rooms in place while they are written, and let one in of two', async () => {
    const planId = await draft(['room 0']);
    const { rooms } = await read<{ rooms: { roomId: string }[] }>(`/v1/plans/${planId}/rooms`);
    life.death = { step: 'rosterImports.commit', when: 'before', left: 1, isDead: false };
    assert.equal((await post(planId, rows(2))).status, 503);
    life.death = undefined;
    const call = async (method: string, path: string, body?: object) => {
      const answer = await api.call(method, path, { token: admin, ...(body === undefined ? {} : { body }) });
      return (answer.body as Problem).code;
    };
    assert.equal(await call('POST', `/v1/plans/${planId}/schedule`, {}), 'BUSY');
    assert.equal(await call('DELETE', `/v1/plans/${planId}`), 'BUSY');
    assert.equal(await call('DELETE', `/v1/rooms/${rooms[0]?.roomId}`), 'ROOM_IN_USE');
    assert.equal(((await post(planId, rows(1))).body as Problem).code, 'BUSY');
    await assert.rejects(api.store.plans.empty(planId), /written into the plan/);
    await sweep();
    assert.equal((await post(planId, rows(1))).status, 201);
  });

  async function sweep(): Promise<void> {
    const later = () => Date.now() + IMPORT_STALE_MS + 1_000;
    await sweepRosters(api.store, LOG, later, new AbortController().signal);
  }

  const STEPS = [
    ['rosterImports.create', 1],
    ['plans.beginImport', 1],
    ['rosterImports.addRooms', 1],
    ['rosterImports.addPeople', 1],
    ['rosterImports.addPeople', 2],
    ['rosterImports.commit', 1],
    ['rosterImports.finish', 1],
  ] as const;

  // Where a step is done and nobody was told, nothing has happened before the next one.
  for (const [step, left] of STEPS)
    for (const when of step.endsWith('create') ? (['before', 'after'] as const) : (['after'] as const))
      it(`are whole or nothing where the process dies ${when} ${step} ${left}`, async () => {
        const planId = await draft(['room 0']);
        const key = newId();
        life.death = { step, when, left, isDead: false };
        assert.equal((await post(planId, rows(600), '', key)).status, 503);
        const isCommitted = step.endsWith('finish') || (step.endsWith('commit') && when === 'after');
        const expected = isCommitted
          ? { people: [500, 500, 600, 600, 500], rooms: [6, 6, 6] }
          : { people: [0, 0, 0, 0, 0], rooms: [1, 1, 1] };
        const withoutMonitor = ({ people, rooms }: Awaited<ReturnType<typeof seen>>) => [people.slice(0, 4), rooms];
        assert.deepEqual(withoutMonitor(await seen(planId)), withoutMonitor(expected), 'before anybody swept');
        life.death = undefined;
        await sweep();
        assert.deepEqual(withoutMonitor(await seen(planId)), withoutMonitor(expected), 'after the sweep');
        assert.equal((await api.store.plans.get(planId))?.importing, undefined);
        assert.equal((await api.store.rooms.idsOf(planId)).length, isCommitted ? 6 : 1, 'rooms that count for nobody');
        assert.equal((await api.store.sheets.statesByPlan(planId, { limit: 1_000 })).length, isCommitted ? 600 : 0);
        const again = await post(planId, rows(600), '', key);
        assert.equal(again.status, 201, again.text);
        assert.equal((await api.store.sheets.statesByPlan(planId, { limit: 1_000 })).length, 600);
      });

  it('leave nothing where their process slept, was given up and went on', async () => {
    const planId = await draft(['room 0']);
    life.death = { step: 'rosterImports.commit', when: 'before', left: 1, isDead: false };
    await post(planId, rows(3));
    life.death = undefined;
    await sweep();
    const { imports } = await read<{ imports: RosterImportView[] }>(`/v1/plans/${planId}/roster-imports`);
    const importId = imports[0]?.importId ?? '';
    const [roomId = ''] = await api.store.rooms.idsOf(planId);
    const late = { ...anExaminee(planId, roomId), importId };
    assert.equal(await api.store.rosterImports.addPeople(importId, [late], Date.now()), false);
    const whole = { ...(await api.store.rosterImports.get(importId)), _id: importId } as never;
    assert.equal(await api.store.rosterImports.commit(whole, Date.now()), false);
    assert.equal(await api.store.examinees.get(late._id), null);
    assert.equal(await api.store.examinees.byCode(late.code), null);
    assert.deepEqual([await api.store.examinees.byRoom(roomId), await api.store.examinees.byIds([late._id])], [[], []]);
    await sweep();
    assert.deepEqual(await api.store.examinees.idsIn(roomId, 10), []);
  });

  it('are brought by the lines of docs/rosters.md', async () => {
    const page = await readFile(new URL('../../docs/rosters.md', import.meta.url), 'utf8');
    const lines = /```bash\n([\s\S]*?)```/.exec(page)?.[1];
    assert.ok(lines);
    const planId = await draft();
    const env = { ...process.env, URL: api.url, TOKEN: admin, PLAN: planId, KEY: newId() };
    const { stdout } = await promisify(execFile)('sh', ['-euc', lines], { cwd: await testFolder(), env });
    assert.match(stdout, /"errorCount":0/);
    assert.match(stdout, /"state":"committed"/);
    assert.deepEqual(await rosterOf(planId), ['1 김하나|제1고사실|1|0', '2 Park, Two|제2고사실|1|900000']);
  });

  it('are somebody’s who may write rosters, and are of a draft', async () => {
    const planId = await draft();
    const service = await api.session({ role: 'service' });
    const asService = { token: service, body: bytesOf(rows(1)), headers: CSV };
    assert.equal((await api.call('POST', `/v1/plans/${planId}/roster-imports`, asService)).status, 403);
    await api.store.plans.change(planId, ['draft'], { status: 'open' });
    for (const path of ['', '/check']) {
      const answer = await api.call('POST', `/v1/plans/${planId}/roster-imports${path}`, {
        ...asService,
        token: admin,
      });
      assert.equal((answer.body as Problem).code, 'PLAN_NOT_DRAFT');
    }
    const tooLarge = await post(planId, new Uint8Array(4 * 1024 * 1024 + 1));
    assert.equal((tooLarge.body as Problem).code, 'REQUEST_TOO_LARGE');
  });
});
