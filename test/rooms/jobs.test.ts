// The jobs that a process makes of its rooms' answers: bounded in number and bytes, a large answer alone. And nothing of
// ours goes through the framework's presence.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RedisPresence } from '@colyseus/redis-presence';
import { revisionOf } from '../../exam/revision.ts';
import type { AnswersJob } from '../../schema/jobs.ts';
import { LIMITS } from '../../schema/limits.ts';
import { type Hall, openHall, until } from '../support/hall.ts';
import { redisUrl } from '../support/parts.ts';
import { openQueue } from '../workers/worker-parts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHOICES = 600;
/** One message that just fits, and whose answers with their ids and hashes are more than a job. */
const MIDDLING = { count: 100, bytes: 2_570 };
const LARGE = { count: 6, bytes: 30 * 1024 };

describe('jobs of answers', () => {
  let hall: Hall;
  let door: ReturnType<typeof openQueue>;
  before(async () => {
    hall = await openHall('room-jobs', { workers: false });
    door = openQueue('answers', hall.redisUrl);
  });
  after(async () => {
    await door.close();
    await hall.stop();
  });

  it('[S3] hold at most 250 answers and 256 KiB, and a large answer is alone in its job', async () => {
    const exam = await hall.exam({ examinees: 8 });
    await hall.begin(exam);
    const sittings = await Promise.all(exam.examinees.map((_, index) => hall.sit(exam, index)));
    for (const { fence, send } of sittings) {
      const counters = Array.from({ length: CHOICES / sittings.length }, (_, index) => index + 1);
      send('answer.save', {
        answers: counters.map((n) => ({ item: 1, revision: revisionOf(fence, n), response: 'A' })),
      });
    }
    const [{ fence, send } = { fence: 0, send: () => {} }] = sittings;
    const essays = Array.from({ length: MIDDLING.count }, (_, n) => revisionOf(fence, 1_000 + n));
    const response = 'x'.repeat(MIDDLING.bytes);
    send('answer.save', { answers: essays.map((revision) => ({ item: 5, revision, response })) });
    for (let n = 0; n < LARGE.count; n++)
      send('answer.save', {
        answers: [{ item: 5, revision: revisionOf(fence, 2_000 + n), response: 'y'.repeat(LARGE.bytes) }],
      });
    const all = CHOICES + MIDDLING.count + LARGE.count;
    await until(async () => (await jobs()).reduce((sum, { answers }) => sum + answers.length, 0) === all);
    const made = await jobs();
    assert.ok(
      made.some(({ answers }) => answers.length > 50),
      'answers do travel together',
    );
    for (const { answers } of made) {
      const bytes = JSON.stringify(answers).length;
      assert.ok(answers.length <= LIMITS.jobAnswers && bytes <= LIMITS.jobBytes, `${answers.length}, ${bytes} bytes`);
      assert.ok(bytes < LARGE.bytes || answers.length === 1 || !isLarge(answers), 'a large answer has company');
    }
    assert.equal(made.filter(({ answers }) => isLarge(answers)).length, LARGE.count);
  });

  it('[T12] have ids that are never used again, also by the next process', async () => {
    const waiting = await door.queue.getWaiting();
    const ids = waiting.map(({ id }) => id ?? '');
    assert.ok(ids.length > 2 && new Set(ids).size === ids.length);
    const [boot] = new Set(ids.map((id) => id.slice(0, id.lastIndexOf('-'))));
    assert.ok(boot !== undefined && boot.length >= 8, 'an id begins with the name of this boot');
  });

  async function jobs(): Promise<AnswersJob[]> {
    return (await door.queue.getWaiting()).flatMap((job) => (job?.data as AnswersJob | undefined) ?? []);
  }

  function isLarge(answers: AnswersJob['answers']): boolean {
    return answers.some(([, , , response]) => String(response).length > LIMITS.aloneBytes);
  }
});

describe("the framework's presence", () => {
  it('[T9] resolves with an error where it could not write', async () => {
    const presence = new RedisPresence(await redisUrl());
    const negative = -1;
    const outcomes: unknown[] = [await presence.setex('key', 'value', negative)]; // Redis refuses it
    outcomes.push(await presence.expire('key', Number.NaN));
    presence.shutdown();
    outcomes.push(await presence.set('key', 'value')); // nobody is there
    assert.deepEqual(
      outcomes.map((outcome) => outcome instanceof Error),
      [true, true, true],
    );
    await assert.rejects(presence.get('key'), 'what it reads is another matter');
  });

  it('[T9] is used to read and to look for processes, never to store: its failed writes look like successes', () => {
    const files = [...globSync('{roles,rooms,api,workers,store}/**/*.ts', { cwd: ROOT }), 'server.ts', 'operations.ts'];
    assert.ok(files.length > 50);
    // The word alone is also a proctor's; the framework's comes with its matchmaker.
    const withFramework = files.filter((file) =>
      /\bmatchMaker\b|RedisPresence/.test(readFileSync(ROOT + file, 'utf8')),
    );
    const uses = withFramework.flatMap((file) =>
      [...readFileSync(ROOT + file, 'utf8').matchAll(/\bpresence\s*[.?]+\s*(\w+)/g)].map(
        ([, call]) => `${file} ${call}`,
      ),
    );
    const allowed = new Set(['get', 'channels', 'shutdown']);
    assert.ok(uses.length > 0, 'this test looks for something that is there');
    assert.deepEqual(
      uses.filter((use) => !allowed.has(use.split(' ')[1] ?? '')),
      [],
    );
  });
});
