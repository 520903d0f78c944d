// Jobs of the five queues as a busy exam makes them, without chance: the n-th job is always the same, but for ids that may
// not come twice. Called by queue-load.ts.
import { contentHash } from '../exam/content-hash.ts';
import { newId } from '../schema/ids.ts';
import type { AnswersJob, LogsJob, QueuedReport, QueueName, StatesJob, StatisticsJob } from '../schema/jobs.ts';
import { benchAnswer } from './documents.ts';

/** The queue of the worker that does nothing. */
export const PEER_QUEUE = 'bench-peer';

/** Whose jobs they are: a plan with its rooms and people, and plans whose sheets are settled, to be scored. */
export type JobFacts = {
  readonly planId: string;
  /** The channel of acknowledgements, which somebody must hear. */
  readonly channel: string;
  readonly rooms: readonly { readonly roomId: string; readonly examineeIds: readonly string[] }[];
  readonly scoredPlanIds: readonly string[];
};

export type QueueJob =
  | AnswersJob
  | StatesJob
  | LogsJob
  | StatisticsJob
  | { readonly kind: 'reports'; readonly planId: string; readonly reports: readonly QueuedReport[] };

const KINDS = ['focus-lost', 'paste', 'impossible-speed'] as const;

/** The n-th job of this queue, from 0, with so many items. */
export function benchJob(facts: JobFacts, queue: QueueName, n: number, items: number): QueueJob {
  const { planId, rooms } = facts;
  const examineeIds = rooms.flatMap((room) => room.examineeIds);
  const at = Date.now();
  switch (queue) {
    case 'answers': {
      const answers = Array.from({ length: items }, (_, index): AnswersJob['answers'][number] => {
        const { examineeId, item, revision, response } = benchAnswer(examineeIds, n * items + index);
        return [examineeId, item, revision, response, contentHash(response), at];
      });
      return { kind: 'answers', channel: facts.channel, number: n, planId, answers };
    }
    case 'states':
      return { planId, rooms: statesOf(facts, n, items, at) };
    case 'incidents': {
      const reports = Array.from({ length: items }, (_, index): QueuedReport => {
        const place = n * items + index;
        const examineeId = examineeIds[place % examineeIds.length] ?? '';
        const room = rooms.find((one) => one.examineeIds.includes(examineeId));
        const kind = KINDS[place % KINDS.length] ?? 'paste';
        const about = { roomId: room?.roomId ?? '', examineeId, kind, source: 'examinee', at } as const;
        return { reportId: newId(), ...about, count: 1, data: { item: 1 + (place % 60) } };
      });
      return { kind: 'reports', planId, reports };
    }
    case 'logs':
      return {
        entries: Array.from({ length: items }, (_, index) => {
          const examineeId = examineeIds[(n * items + index) % examineeIds.length] ?? '';
          const subject = { planId, stream: 'examinee', subject: examineeId, kind: 'link-dropped' } as const;
          return { logId: newId(), ...subject, at, data: { silentMs: 3_000 + index } };
        }),
      };
    case 'statistics':
      return { planId: facts.scoredPlanIds[n % facts.scoredPlanIds.length] ?? '' };
  }
}

/** Whole rooms in turn until so many people are in it; their n-th word. */
function statesOf({ rooms }: JobFacts, n: number, items: number, at: number): StatesJob['rooms'] {
  const size = rooms[0]?.examineeIds.length ?? 1;
  const count = Math.max(1, Math.round(items / size));
  return Array.from({ length: count }, (_, index) => {
    const { roomId, examineeIds } = rooms[(n * count + index) % rooms.length] ?? { roomId: '', examineeIds: [] };
    return {
      ...{ roomId, epoch: 1, sequence: n + 1 },
      room: { status: 'running', startsAt: at - 60_000, deadlineAt: at + 3_600_000 },
      examinees: examineeIds.map((examineeId) => {
        return { examineeId, status: 'answering', link: 'online', savedCount: n % 60, lastSeenAt: at };
      }),
    };
  });
}
