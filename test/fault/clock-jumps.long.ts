// The clock of the machine that serves an exam is set, hours ahead and hours back, again and again, by libfaketime under
// production's own processes: no deadline moves, nobody is ended early or late, and the processes say that their clock is off.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bringTools, findTools } from '../../chaos/tools.ts';
import type { ExamSession } from '../../client/session.ts';
import { testFolder } from '../support/parts.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';

const DURATION_MS = 75_000;
const RIGHT_WITHIN_MS = 1_000;
const HOURS_S = 7_200;
/** A process looks at the store's clock each half a minute. */
const MEASURED_MS = 33_000;

describe('a clock that is set while an exam runs', function () {
  this.timeout(180_000);
  let whole: WholeExam;
  let file: string;
  let sessions: ExamSession[];
  before(async function () {
    await bringTools();
    const { faketime } = findTools(true);
    if (faketime === undefined) {
      console.log('      skipped: libfaketime is missing: apt-get install libfaketime');
      return this.skip();
    }
    file = join(await testFolder(), 'clock');
    set(0);
    whole = await openWholeExam('clock-jumps', {
      ...{ examinees: 3, durationMs: DURATION_MS },
      env: {
        LD_PRELOAD: faketime,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    sessions = await Promise.all([0, 1].map((index) => whole.enter(index)));
    await whole.begin();
  });
  after(() => whole?.stop());

  function set(seconds: number): void {
    writeFileSync(file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`);
  }

  const log = (name: string) => readFileSync(join(whole.folder, `${name}.log`), 'utf8');
  /** When the lines of the log say that they were written; a clock that was not set would prove nothing. */
  const lastLineAt = (name: string) =>
    (JSON.parse(log(name).trim().split('\n').at(-1) ?? '{}') as { time: number }).time;

  it('[S21] moves no deadline: what is left is right to a second whatever the clock says, and answers are saved', async () => {
    const [one, two] = sessions;
    assert.ok(one !== undefined && two !== undefined);
    const { startsAt, deadlineAt } = one.room();
    assert.equal(deadlineAt - startsAt, DURATION_MS);
    let item = 0;
    for (const seconds of [HOURS_S, -HOURS_S, 45, -45, HOURS_S]) {
      set(seconds);
      item++;
      await sleep(2_000);
      for (const session of sessions) session.answer(item, 'A');
      await until('both are saved', () => isSaved(one, item) && isSaved(two, item));
      for (const session of sessions) {
        const wrongMs = session.remainingMs() - (deadlineAt - Date.now());
        assert.ok(Math.abs(wrongMs) <= RIGHT_WITHIN_MS, `${wrongMs} ms wrong with the clock ${seconds} s off`);
        assert.deepEqual([session.room().deadlineAt, session.status()], [deadlineAt, 'answering']);
      }
    }
    const late = await whole.enter(2);
    assert.ok(Math.abs(late.remainingMs() - (deadlineAt - Date.now())) <= RIGHT_WITHIN_MS, 'nor of who comes now');
    sessions.push(late);
  });

  it('[S21] is said by the process, which takes no rooms meanwhile, and when it is right again', async () => {
    await sleep(MEASURED_MS);
    assert.ok(log('rooms-1').includes('clock is off, no rooms are taken'));
    assert.ok(lastLineAt('rooms-1') - Date.now() > (HOURS_S - 60) * 1_000, 'libfaketime had no effect');
    set(0);
  });

  it('[S21] ends nobody early and nobody late', async () => {
    const [one] = sessions;
    const { deadlineAt } = one?.room() ?? { deadlineAt: 0 };
    assert.ok(Date.now() < deadlineAt - 2_000, 'too late to prove it');
    set(-HOURS_S);
    let endedAt = 0;
    for (const session of sessions) session.on('ended', () => (endedAt ||= Date.now()));
    while (Date.now() < deadlineAt - 100) {
      assert.deepEqual([...new Set(sessions.map((session) => session.status()))], ['answering']);
      await sleep(50);
    }
    await until('all have ended', () => sessions.every((session) => session.status() === 'timed-out'), 20_000);
    const ends = await Promise.all(whole.exam.roster.map(({ examineeId }) => whole.store.sheets.get(examineeId)));
    console.log(`      ended ${ends.map((end) => (end?.endedAt ?? 0) - deadlineAt).join(', ')} ms after the deadline`);
    assert.ok(endedAt >= deadlineAt);
    for (const end of ends) assert.ok((end?.endedAt ?? 0) >= deadlineAt && (end?.endedAt ?? 0) < deadlineAt + 10_000);
  });
});
