// An exam made through the api itself: paper, key, plan, two rooms, three examinees, and tokens of everybody.
// Called by the tests of api/.
import { ENTRIES, ITEMS, OPTIONS } from '../../api/examples.ts';
import { createTokens } from '../../api/tokens.ts';
import type { ProctorDocument } from '../../schema/documents/people.ts';
import {
  type ExamineesReply,
  ExamineesReply as ExamineesSchema,
  PaperView,
  PlanView,
  RoomsReply,
} from '../../schema/replies.ts';
import type { PlanState } from '../../schema/states.ts';
import { UploadView } from '../../schema/uploads.ts';
import { aProctor } from '../support/stored.ts';
import type { RunningApi } from './running-api.ts';

export { ENTRIES, ITEMS, OPTIONS };

export type ExamFixture = {
  readonly admin: string;
  readonly paperId: string;
  readonly planId: string;
  readonly roomIds: readonly [string, string];
  /** The first two sit in the first room, the third in the second. */
  readonly people: ExamineesReply['examinees'];
  /** Evidence of the first room that was announced, and has no bytes yet. */
  readonly uploadId: string;
};

/** A draft that may be scheduled; `rehearsal` as asked, with these items beside. */
export async function makeExam(
  api: RunningApi,
  rehearsal = false,
  moreItems: readonly object[] = [],
): Promise<ExamFixture> {
  const admin = await api.adminToken();
  const paper = await api.call('POST', '/v1/papers', {
    token: admin,
    body: { name: 'paper', items: [...ITEMS, ...moreItems], rehearsal },
  });
  const { paperId } = PaperView.parse(paper.body);
  await api.call('PUT', `/v1/papers/${paperId}/key`, { token: admin, body: { entries: ENTRIES } });
  const plan = await api.call('POST', '/v1/plans', {
    token: admin,
    body: { name: 'plan', paperId, durationMs: 600_000, rehearsal },
  });
  const { planId } = PlanView.parse(plan.body);
  const rooms = await api.call('POST', `/v1/plans/${planId}/rooms`, {
    token: admin,
    body: { rooms: [{ label: 'one' }, { label: 'two' }] },
  });
  const [first, second] = RoomsReply.parse(rooms.body).rooms.map((room) => room.roomId);
  if (first === undefined || second === undefined) throw new Error('two rooms were asked for');
  const examinees = [
    { label: 'Ada', roomId: first },
    { label: 'Ben', roomId: first, extraMs: 60_000 },
    { label: 'Cyd', roomId: second },
  ];
  const roster = await api.call('POST', `/v1/plans/${planId}/examinees`, { token: admin, body: { examinees } });
  const evidence = { use: 'evidence', roomId: first, name: 'seen.bin', bytes: 5, sha256: '0'.repeat(64) };
  const upload = await api.call('POST', `/v1/plans/${planId}/uploads`, { token: admin, body: evidence });
  const { uploadId } = UploadView.parse(upload.body);
  const { examinees: people } = ExamineesSchema.parse(roster.body);
  return { admin, paperId, planId, roomIds: [first, second], people, uploadId };
}

/** Moves the stored plan to this state, without what the rooms would do. */
export async function forceState(api: RunningApi, planId: string, status: PlanState): Promise<void> {
  const states: PlanState[] = ['draft', 'scheduled', 'open', 'running', 'paused', 'ended', 'scored', 'archived'];
  await api.store.plans.change(planId, states, { status });
}

/** The row of the roster at this place. */
export function personAt(exam: ExamFixture, index: number): ExamineesReply['examinees'][number] {
  const person = exam.people[index];
  if (person === undefined) throw new Error(`there is no person ${index}`);
  return person;
}

/** A token of this examinee, as enter gives it. */
export function examineeToken(
  api: RunningApi,
  exam: ExamFixture,
  index: number,
  expiresAt = Date.now() + 60_000,
): string {
  const { examineeId, roomId } = personAt(exam, index);
  return createTokens(api.config.secret).forExaminee({ examineeId, planId: exam.planId, roomId, fence: 1, expiresAt });
}

/** A token of a new proctor of these rooms; or of every room, where `chief`. */
export async function proctorToken(
  api: RunningApi,
  planId: string,
  roomIds: readonly string[],
  given: Partial<ProctorDocument> = {},
): Promise<string> {
  const proctor = aProctor(planId, [...roomIds], given);
  await api.store.proctors.create(proctor);
  return api.session({ role: 'proctor', subjectId: proctor._id });
}
