// Who has a session, believed for a moment, and never longer than whoever ends it waits.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { createBelievedSessions } from '../../api/believed-sessions.ts';
import type { Subject } from '../../api/who-is-it.ts';
import { LIMITS } from '../../schema/limits.ts';

const LIFE = LIMITS.sessionBelievedMs;
const admin: Subject = { role: 'admin', subjectId: 'a', tokenHash: 'h' };
const service: Subject = { role: 'service', subjectId: 's', tokenHash: 'h', scopes: undefined };
const rooms = { planId: 'p', roomIds: [], chief: false };
const proctor: Subject = { role: 'proctor', subjectId: 'p', ...rooms, tokenHash: 'h' };

describe('believed sessions', () => {
  for (const subject of [admin, service])
    it(`of a ${subject.role} are read once in ${LIFE} ms`, async () => {
      let now = 0;
      let reads = 0;
      const believed = createBelievedSessions(
        async () => {
          reads++;
          return subject;
        },
        () => now,
      );
      for (now = 0; now < LIFE; now++) assert.equal(await believed.get('h'), subject);
      assert.equal(reads, 1);
      await believed.get('h');
      assert.equal(reads, 2);
    });

  it('of a proctor, and of nobody, are read each time', async () => {
    for (const subject of [proctor, undefined]) {
      let reads = 0;
      const believed = createBelievedSessions(async () => {
        reads++;
        return subject;
      });
      for (let time = 1; time <= 3; time++) {
        assert.equal(await believed.get('h'), subject);
        assert.equal(reads, time);
      }
    }
  });

  it('are not believed after a read that failed, and the next one who asks hears how it is', async () => {
    let now = 0;
    const answers = [async () => admin, () => Promise.reject(new Error('the store is away')), async () => undefined];
    const believed = createBelievedSessions(
      () => answers.shift()?.() ?? Promise.resolve(admin),
      () => now,
    );
    assert.equal(await believed.get('h'), admin);
    now = LIFE;
    await assert.rejects(believed.get('h'), /the store is away/);
    assert.equal(await believed.get('h'), undefined);
  });

  it('let nobody in who asks after the end was answered, whatever runs beside it and however long each read takes', async () => {
    // Of each read: when it begins to look, and how long its answer takes; the end is written at some moment.
    const delays = fc.array(fc.integer({ min: 0, max: 3 * LIFE }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(delays, fc.array(fc.nat(400), { maxLength: 30 }), fc.nat(300), async (took, asks, endsAt) => {
        let clock = 0;
        let reads = 0;
        const due: { at: number; run: () => void }[] = [];
        const later = (ms: number) => new Promise<void>((resolve) => void due.push({ at: clock + ms, run: resolve }));
        const believed = createBelievedSessions(
          async () => {
            const ms = took[reads++ % took.length] ?? 0;
            await later(ms / 2);
            const isLive = clock < endsAt;
            await later(ms / 2);
            return isLive ? admin : undefined;
          },
          () => clock,
        );
        const answeredAt = endsAt + LIFE; // as the store's calls that end a session do
        const askAt = [...asks, answeredAt, answeredAt + 1].sort((a, b) => a - b);
        const wrong: number[] = [];
        for (; askAt.length > 0 || due.length > 0; ) {
          const next = Math.min(askAt[0] ?? Infinity, ...due.map(({ at }) => at));
          clock = next;
          for (; askAt[0] === clock; ) {
            const at = askAt.shift() ?? 0;
            void believed.get('h').then((who) => void (who !== undefined && at >= answeredAt && wrong.push(at)));
          }
          for (const one of due.filter(({ at }) => at <= clock)) {
            due.splice(due.indexOf(one), 1);
            one.run();
          }
          await sleep(0);
        }
        assert.deepEqual(wrong, []);
      }),
      { numRuns: 60 },
    );
  });
});
