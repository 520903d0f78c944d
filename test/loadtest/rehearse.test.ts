// `examhall rehearse` as a command: what cannot be rehearsed is said, before anything is made.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { rehearsalPaper } from '../../loadtest/rehearsal-paper.ts';
import { newId } from '../../schema/ids.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { testFolder } from '../support/parts.ts';
import { planNames, servedSystem } from './system.ts';

const MAIN = join(import.meta.dirname, '../../bin/launcher/main.ts');

type Ended = { code: unknown; stdout: string; stderr: string };

describe('the command that rehearses', function () {
  this.timeout(60_000);
  const system = servedSystem('loadtest-rehearse');
  const made: string[] = [];

  async function run(...args: string[]): Promise<Ended> {
    const env = { ...bareEnvironment(), EXAMHALL_DATA_DIR: await testFolder(), EXAMHALL_TOKEN: system.token };
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, 'rehearse', ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  /** Refused with this sentence, and nothing was made for it. */
  async function isRefused(said: RegExp, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, said);
    assert.match(stderr, /^examhall: [^\n]+\n$/, 'it is one sentence, before anything is begun');
    assert.ok(!stderr.includes(system.token));
    assert.deepEqual((await planNames(system)).sort(), [...made].sort());
  }

  const isRefusedFor = (planId: string, said: RegExp) => isRefused(said, '--plan', planId, '--url', system.url);

  /** A real one, with so many people in one room. */
  async function aPlan(name: string, people: number): Promise<string> {
    const admin = createAdministrator(system);
    const paperId = await admin.createPaper(name, rehearsalPaper(5).items);
    const planId = await admin.createPlan({ name, paperId, durationMs: 600_000 });
    made.push(name);
    const [room] = await admin.addRooms(planId, ['one']);
    const examinees = Array.from({ length: people }, (_, n) => ({ label: `person ${n}`, roomId: room?.roomId ?? '' }));
    if (people > 0) await admin.addExaminees(planId, examinees);
    return planId;
  }

  it('wants a plan, and whole numbers', async () => {
    await isRefused(/a rehearsal needs --plan ID; --help says more\.\n$/);
    await isRefused(/--seconds takes a whole number from 5 to 3600, not 4\.\n$/, '--plan', newId(), '--seconds', '4');
    await isRefused(/--every takes a whole number from 1 to 600, not x\.\n$/, '--plan', newId(), '--every', 'x');
  });

  it('wants to know where people come in', async () => {
    await isRefused(/it is not known where people come in: --url, or EXAMHALL_PUBLIC_URL\.\n$/, '--plan', newId());
    await isRefused(/not-there is not an address like/, '--plan', newId(), '--url', 'not-there');
  });

  it('says what it does', async () => {
    const { code, stdout } = await run('--help');
    assert.equal(code, 0);
    assert.match(stdout, /^usage: bin\/examhall rehearse --plan ID/);
  });

  it('refuses a plan that is not there, and one that nobody is to sit', async () => {
    const planId = newId();
    await isRefusedFor(planId, new RegExp(`there is no plan ${planId}\\.\n$`));
    await isRefusedFor('no id', /there is no plan no id\.\n$/);
    const empty = await aPlan('empty', 0);
    await isRefusedFor(empty, new RegExp(`the plan ${empty} has no roster: 1 rooms, and nobody in them\\.\n$`));
  });

  it('refuses where it could kill nothing that would come back', async () => {
    const said =
      /bin\/examhall start runs no rooms process on this machine .*: call it where one runs, or with --no-kill\.\n$/;
    await isRefusedFor(await aPlan('tomorrow', 2), said);
  });

  it('refuses a plan that is under way or over, and any while another is under way', async () => {
    const admin = createAdministrator(system);
    const [planId, other] = [await aPlan('today', 1), await aPlan('next week', 1)];
    await admin.putKey((await admin.plan(planId)).paperId, rehearsalPaper(5).key);
    await admin.schedule(planId);
    await admin.control(planId, { action: 'open', reason: 'test' });
    await isRefusedFor(planId, new RegExp(`the plan ${planId} is open: its people are there`));
    await isRefusedFor(other, new RegExp(`the plan ${planId} is open: rehearse when no exam is under way\\.\n$`));
    await admin.control(planId, { action: 'start', reason: 'test' });
    await isRefusedFor(planId, new RegExp(`the plan ${planId} is running: its people are there`));
    await admin.control(planId, { action: 'end', reason: 'test' });
    await isRefusedFor(
      planId,
      new RegExp(`the plan ${planId} is over \\((ended|scored)\\); a draft or a scheduled one`),
    );
  });

  it('says what the api said where it refuses', async () => {
    const args = ['--plan', newId(), '--url', system.url, '--token', 'x'.repeat(30)];
    await isRefused(/GET \/v1\/plans\/.*: 401 /, ...args);
  });
});
