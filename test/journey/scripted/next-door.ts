// An exam of another plan beside the scripted one, for what depends on another rule: there nobody may come late.
import assert from 'node:assert/strict';
import { newId } from '../../../schema/ids.ts';
import { until } from '../../workers/worker-parts.ts';
import type { Stage } from './stage.ts';

const PLAN = 'the plan next door';
const CODE = 'the code next door';

/** Made, opened and started; its start is some seconds ahead. */
export async function openNextDoor({ cast, names }: Stage) {
  const { admin, planId: own } = cast;
  const { paperId } = await admin.plan(own);
  const rules = { durationMs: 600_000, rehearsal: true, lateEntry: { allowedForMs: 1 } } as const;
  const planId = await admin.createPlan({ name: `next door ${newId()}`, paperId, ...rules });
  names.call(PLAN, planId);
  const early = await cast.ask('admin', 'POST', `/plans/${planId}/schedule`, {});
  const [room] = await admin.addRooms(planId, ['next door']);
  const [person] = await admin.addExaminees(planId, [{ label: 'somebody', roomId: room?.roomId ?? '' }]);
  names.call(CODE, person?.code ?? '');
  await admin.schedule(planId);
  await admin.control(planId, { action: 'open', reason: 'as planned' });
  await admin.control(planId, { action: 'start', reason: 'as planned' });
  return [early.code].flatMap((code) => code ?? []);
}

/** Comes when it runs, and is not let in. */
export async function comeTooLateNextDoor({ cast, names }: Stage) {
  const planId = names.idOf(PLAN);
  const isRunning = async () => (await cast.admin.progress(planId)).rooms.running === 1;
  await until('it runs next door', isRunning, 10_000);
  const enter = { code: names.idOf(CODE), deviceKey: 'device-next-door', entryId: newId() };
  const { code } = await cast.ask('nobody', 'POST', '/enter', enter);
  assert.equal((await cast.ask('admin', 'GET', `/plans/${planId}`)).status, 200);
  await cast.admin.control(planId, { action: 'end', reason: 'nobody is there' });
  return [code].flatMap((one) => one ?? []);
}
