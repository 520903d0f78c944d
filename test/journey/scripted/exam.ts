// An exam by the script, as a suite: 3 rooms on 2 processes, 2 proctors, 60 examinees, driven through the client library and
// REST alone. Whoever is cut off at a step gets what was missed, and what is stored afterwards is compared with what the
// script says. Called by the test and by the long test.
import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { System } from '../../../bin/launcher/system.ts';
import type { AuditCheck, ControlReply } from '../../../schema/replies.ts';
import { until } from '../../workers/worker-parts.ts';
import { PREPARED } from './before.ts';
import { type Cast, gather, ROOMS, startHouse } from './cast.ts';
import * as actions from './perform.ts';
import { auditOf, compare, logsOf } from './record.ts';
import { saidIn } from './script.ts';
import { createStage, incidentsOf, type Stage } from './stage.ts';
import { type Step, titleOf } from './steps.ts';

function processesOf(cast: Cast): ReadonlySet<string> {
  return new Set([...cast.places().values()].flatMap((processes) => [...processes]));
}

const DURATION_MS = 3_600_000;
/** What is stored behind the exam's back is there within this. */
const STORED_MS = 20_000;

const PLAN = {
  durationMs: DURATION_MS,
  rehearsal: true,
  graceMs: 10_000,
  lateEntry: { allowedForMs: 1, after: 'by-proctor' },
  freeNotices: false,
  noticeTemplates: [
    { name: 'pen', text: 'Your pen is under the table.' },
    { name: 'half', text: 'Half of the time is over.' },
  ],
  incidentRules: { speed: { items: 6, eachMs: 10_000 } },
} satisfies Parameters<typeof gather>[1];

/** The steps as tests, one after another, and what is stored after them. */
export function playsAsWritten(script: readonly Step[]): void {
  /** The people have come when these are done: then it is known on which processes their rooms are. */
  const coming = script.findIndex((step) => titleOf(step) === 'the proctors come') + 1;
  let system: System;
  let cast: Cast;
  let stage: Stage & Pick<ReturnType<typeof createStage>, 'run'>;

  before(async () => {
    system = await startHouse();
    do {
      await cast?.stop();
      cast = await gather(system, PLAN);
      stage = createStage(cast, DURATION_MS);
      stage.record.expect(PREPARED);
      for (const step of script.slice(0, coming)) await stage.run(step, actions);
    } while (processesOf(cast).size < 2); // where the rooms go follows from their ids
  });
  after(async () => {
    await cast?.stop();
    await system?.stop();
  });

  for (const step of script.slice(coming)) it(titleOf(step), () => stage.run(step, actions));

  it(`has its ${ROOMS.length} rooms on two processes, each on one from the beginning to the end`, () => {
    assert.deepEqual(
      ROOMS.map((room) => cast.places().get(room)?.size),
      ROOMS.map(() => 1),
    );
    assert.equal(processesOf(cast).size, 2);
  });

  it('had every control, every kind of incident and every refusal that the script says, and no other', async () => {
    const kinds = new Set((await incidentsOf(cast)).map(({ kind }) => kind));
    assert.deepEqual({ ...stage.happened, kinds }, saidIn(script));
  });

  /** Once the workers have stored what is on its way; else what is wrong. */
  async function isAsWritten(book: 'log' | 'audit', read: typeof logsOf): Promise<void> {
    const differences = async () => compare(stage.record, await read(cast, stage.names), book);
    await until(`the ${book} is as written`, async () => (await differences()).length === 0, STORED_MS).catch(
      async () => assert.deepEqual(await differences(), []),
    );
  }

  it('has exactly the log that the script says', () => isAsWritten('log', logsOf));

  it('[S23] has exactly the audit chain that the script says, whole and in its order', async () => {
    await isAsWritten('audit', auditOf);
    const entries = await auditOf(cast, stage.names);
    const check: z.infer<typeof AuditCheck> = (await cast.ask('admin', 'GET', `/plans/${cast.planId}/audit/check`))
      .body;
    assert.deepEqual([check.isWhole, check.verified], [true, entries.length]);
    const issued = entries.filter(({ kind }) => kind === 'control.issued').map(({ row }) => row.split(': ').at(-1));
    const ordered = script.flatMap((step) =>
      step.does === 'order' && step.refused?.stored !== false ? [step.name] : [],
    );
    assert.deepEqual(issued, ordered);
  });

  it('has in every ledger whom it concerned, whom it reached, and who confirmed', async () => {
    for (const [name, rooms] of stage.expected.ledgers) {
      const { ledger }: ControlReply = await stage.controlOf(name);
      const lines = [...rooms.values()];
      const count = (of: 'concerned' | 'delivered' | 'confirmed') =>
        lines.reduce((sum, line) => sum + line[of].size, 0);
      const missing = lines.flatMap(({ concerned, delivered }) =>
        [...concerned].filter((seat) => !delivered.has(seat)),
      );
      assert.deepEqual(
        { ...ledger, missing: ledger.missing.map(stage.names.of).sort() },
        {
          concerned: count('concerned'),
          delivered: count('delivered'),
          confirmed: count('confirmed'),
          missing: missing.sort(),
        },
        name,
      );
    }
  });

  it('has exactly the incidents that the script says, each in its state', async () => {
    const stored = (await incidentsOf(cast)).map(({ incidentId, state }) => [stage.names.of(incidentId), state]);
    const expected = [...stage.expected.incidents.values()].map(({ name, state }) => [name, state]);
    assert.deepEqual(stored.sort(), expected.sort());
  });
}
