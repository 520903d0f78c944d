// Held answers: what a device that another one has followed brings over HTTP, with the token of its own session, because
// its socket is closed. They are stored apart and count for nothing; the room decides what becomes of them.
import { answerId } from '../../exam/answer-id.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { fenceOf } from '../../exam/revision.ts';
import type { HeldAnswerDocument } from '../../schema/documents/held.ts';
import { UNDECIDED } from '../../schema/held-answers.ts';
import { LIMITS } from '../../schema/limits.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { HeldInRoom, HeldList, HeldReply } from '../../schema/replies.ts';
import { ExamineeParams, HeldBody, NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import type { HeldTrace } from '../../store/held-answers.ts';
import { planList } from '../list-route.ts';
import { examineeOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import type { Subject } from '../who-is-it.ts';

const FULL_RETRY_MS = 60_000;

type Asked = ReturnType<typeof HeldBody.parse>;

export function heldAnswerRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/examinees/:examineeId/held-answers',
      tag: 'sheets',
      summary: 'Keeps what a device still held when another one went on. The same answers again change nothing.',
      access: 'answer.hold',
      params: ExamineeParams,
      query: NoQuery,
      body: HeldBody,
      size: 'import',
      reply: { status: 200, type: 'application/json', schema: HeldReply },
      repeat: 'again',
      uncounted: true,
      refusals: ['EXAMINEE_UNKNOWN', 'SESSION_LIVE', 'REVISION_INVALID', 'BUSY'],
      target: ({ params }) => ({ of: 'examinee', examineeId: params.examineeId }),
      handle: ({ subject, params, body, now }) => keep(parts, subject, params.examineeId, body, now),
    }),
    planList(parts, 'heldAnswers', {
      path: '/plans/:planId/held-answers',
      tag: 'sheets',
      summary: 'What devices held that others followed, and what was decided about it.',
      access: 'held.read',
      schema: HeldList,
      read: (plan, { query }) => parts.store.heldAnswers.byPlan(plan._id, query),
      view: viewOf,
    }),
    route({
      method: 'get',
      path: '/rooms/:roomId/held-answers',
      tag: 'sheets',
      summary: 'Whose devices held answers when others followed them: how many, when and of which items, never what.',
      access: 'held.look',
      params: RoomParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: HeldInRoom },
      repeat: 'keyless',
      refusals: ['ROOM_UNKNOWN'],
      async target({ params }) {
        const room = await roomOf(parts, params.roomId);
        return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
      },
      async handle({ params }) {
        const traces = await parts.store.heldAnswers.inRoom(params.roomId);
        const byExaminee = Map.groupBy(traces, ({ examineeId }) => examineeId);
        const examinees = await parts.store.examinees.byIds([...byExaminee.keys()]);
        return { examinees: examinees.map(({ _id, label }) => inRoom(_id, label, byExaminee.get(_id) ?? [])) };
      },
    }),
  ];
}

function inRoom(examineeId: string, label: string, traces: readonly HeldTrace[]): HeldInRoom['examinees'][number] {
  const written = [...traces].sort((a, b) => a.revision - b.revision);
  const times = written.map(({ heldAt }) => heldAt);
  return {
    ...{ examineeId, label, count: written.length },
    undecidedCount: written.filter(({ state }) => UNDECIDED.includes(state)).length,
    ...{ firstAt: Math.min(...times), lastAt: Math.max(...times) },
    items: written.map(({ item, heldAt, state }) => ({ item, heldAt, state })),
  };
}

async function keep(
  { store, directory, recorder }: ApiParts,
  subject: Subject,
  examineeId: string,
  { answers }: Asked,
  now: number,
): Promise<HeldReply | Refusal> {
  if (subject.role !== 'examinee') return refuse('PERMISSION_DENIED');
  const examinee = await examineeOf({ store }, examineeId);
  if (isRefusal(examinee)) return examinee;
  if (examinee.fence <= subject.fence) return refuse('SESSION_LIVE');
  if (answers.some(({ revision }) => fenceOf(revision) > subject.fence || fenceOf(revision) < 1))
    return refuse('REVISION_INVALID', `The session that held them had the fence ${subject.fence}.`);
  const { planId, roomId } = examinee;
  if ((await store.heldAnswers.count(examineeId)) + answers.length > LIMITS.heldAnswers)
    return refuse('BUSY', `At most ${LIMITS.heldAnswers} are kept for an examinee.`, FULL_RETRY_MS);
  const documents = answers.map((answer): HeldAnswerDocument => {
    const { item, revision, response } = answer;
    return {
      _id: answerId(planId, examineeId, item, revision),
      ...{ planId, roomId, examineeId, item, revision, response, hash: contentHash(response), heldAt: now },
      ...{ state: 'held', decidedAt: 0, by: '', as: 0 },
    };
  });
  const { conflicts } = await store.heldAnswers.keep(documents);
  const wrong = new Set(conflicts);
  const kept = answers.filter((_, index) => !wrong.has(index));
  recorder.log({
    ...{ planId, roomId, stream: 'examinee', subject: examineeId, kind: 'answers.held', at: now },
    data: { fence: subject.fence, answers: kept.length },
  });
  directory.hintHeld(roomId, examineeId);
  return {
    kept: kept.map(({ item, revision }) => [item, revision]),
    conflicts: conflicts.map((index): [number, number] => [answers[index]?.item ?? 0, answers[index]?.revision ?? 0]),
  };
}

function viewOf({
  _id: heldId,
  planId: _,
  hash: _hash,
  as,
  by,
  ...shown
}: HeldAnswerDocument): HeldList['answers'][number] {
  return { heldId, ...shown, by: by === '' ? null : by, as: as === 0 ? null : as };
}
