// Plans that are over, as the store has them when they are to be scored: every sheet is settled, with an answer to each
// item. Written past the rooms: how they came about is not what is measured. Called by queue.ts.
import { contentHash } from '../exam/content-hash.ts';
import { FENCE_STEP } from '../exam/revision.ts';
import type { Administrator } from '../loadtest/administrator.ts';
import { createRehearsal } from '../loadtest/rehearsal.ts';
import type { KeyEntry } from '../schema/answers.ts';
import type { QueuedAnswer } from '../schema/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { benchPaper, benchRooms, ITEM_COUNT, responseTo } from './documents.ts';

/** A plan that is scored; a new version of its paper's key has it scored again. */
export type ScoredPlan = { readonly planId: string; readonly paperId: string; readonly key: readonly KeyEntry[] };

/** So many plans of one room, with so many sheets. */
export async function settledPlans(
  admin: Administrator,
  store: Store,
  count: number,
  sheets: number,
): Promise<ScoredPlan[]> {
  const plans: ScoredPlan[] = [];
  for (let n = 0; n < count; n++) plans.push(await settledPlan(admin, store, `scored ${n}`, sheets));
  return plans;
}

async function settledPlan(admin: Administrator, store: Store, name: string, sheets: number): Promise<ScoredPlan> {
  const paper = benchPaper();
  const request = { name, ...paper, rooms: benchRooms(sheets, 1), durationMs: 3_600_000 };
  const { planId, rooms, roster } = await createRehearsal(admin, request);
  const roomId = rooms[0]?.roomId ?? '';
  const at = Date.now();
  await store.sheets.create(roster.map(({ examineeId }) => ({ examineeId, planId, roomId })));
  for (const [seat, { examineeId }] of roster.entries()) {
    const answers = Array.from({ length: ITEM_COUNT }, (_, index): QueuedAnswer => {
      const response = responseTo(index + 1, seat + index);
      return [examineeId, index + 1, FENCE_STEP + index + 1, response, contentHash(response), at];
    });
    await store.answers.insert(planId, answers);
    const vector = answers.map(([, item, revision]): [number, number] => [item, revision]);
    await store.sheets.end(examineeId, 'submitted', vector, at);
    await store.sheets.filed(examineeId, at);
  }
  await store.sheets.settleRoom(roomId);
  const room = await store.rooms.take(roomId);
  await store.rooms.change(roomId, room?.epoch ?? 0, { status: 'ended', settledAt: at });
  const plan = await store.plans.change(planId, ['scheduled'], { status: 'scored' });
  return { planId, paperId: plan?.paperId ?? '', key: paper.key };
}
