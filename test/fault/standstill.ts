// Examinees who go on answering while no worker works: one was killed, the other sleeps with jobs in its hands. Called by
// the fault tests, short and long.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamSession } from '../../client/session.ts';
import type { AnswersJob } from '../../schema/jobs.ts';
import type { WholeExam } from '../support/whole-exam.ts';
import { openQueue } from '../workers/worker-parts.ts';

export type Standstill = {
  /** Answers given, each with a revision of its own. */
  readonly given: number;
  /** The most answers that lay in the queue at once, and how many of them were distinct. */
  readonly queued: number;
  readonly distinct: number;
};

const LOOK_EVERY_MS = 1_000;

/** Stops both workers, lets everybody answer for so long, and brings the workers back. */
export async function standStill(
  whole: WholeExam,
  sessions: readonly ExamSession[],
  { lengthMs, everyMs }: { lengthMs: number; everyMs: number },
): Promise<Standstill> {
  const door = openQueue('answers', whole.system.redisUrl);
  await Promise.all([whole.system.kill('workers-1'), whole.system.kill('workers-2', 'SIGSTOP')]);
  let most: Standstill = { given: 0, queued: 0, distinct: 0 };
  let given = 0;
  try {
    const until = performance.now() + lengthMs;
    const answering = answerUntil(sessions, until, everyMs, () => given++);
    while (performance.now() < until) {
      await sleep(LOOK_EVERY_MS);
      const found = await queuedAnswers(door.queue);
      if (found.queued > most.queued) most = { given, ...found };
    }
    await answering;
    return { ...most, given };
  } finally {
    await whole.system.kill('workers-2', 'SIGCONT');
    await whole.system.start('workers-1');
    await door.close();
  }
}

async function answerUntil(
  sessions: readonly ExamSession[],
  until: number,
  everyMs: number,
  gave: () => void,
): Promise<void> {
  const choices = ['A', 'B', 'C', 'D'];
  for (let round = 0; performance.now() < until; round++) {
    for (const session of sessions) {
      session.answer(1 + (round % 150), choices[round % 4] ?? 'A');
      gave();
    }
    await sleep(everyMs);
  }
}

async function queuedAnswers(queue: ReturnType<typeof openQueue>['queue']) {
  const jobs = await queue.getJobs(['waiting', 'active', 'delayed', 'prioritized']);
  // A job may be gone between its id and its data.
  const answers = jobs.flatMap((job) => (job?.data as Partial<AnswersJob> | undefined)?.answers ?? []);
  const distinct = new Set(answers.map(([examineeId, item, revision]) => `${examineeId}.${item}.${revision}`));
  return { queued: answers.length, distinct: distinct.size };
}
