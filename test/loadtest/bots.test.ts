// Twenty bots of the published load test command, through the whole system.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runStorm } from '../../loadtest/storm.ts';
import { planNames, plansOf, servedSystem } from './system.ts';

const LOADTEST = join(import.meta.dirname, '../../loadtest/loadtest.ts');

type Started = { interrupt: () => void; ended: Promise<{ code: number | null; output: string }> };

function startLoadtest(args: string[], token: string): Started {
  const child = spawn(process.execPath, [LOADTEST, ...args], { env: { ...process.env, EXAMHALL_TOKEN: token } });
  const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
  return { interrupt: () => child.kill('SIGINT'), ended };
}

const loadtest = (args: string[], token: string) => startLoadtest(args, token).ended;

describe('load tests', function () {
  this.timeout(90_000);
  const system = servedSystem('loadtest-bots');

  it('let 20 bots of @colyseus/loadtest sit a rehearsal through enter, and remove it afterwards', async () => {
    const { code, output } = await loadtest(
      ['--numClients', '20', '--items', '10', '--endpoint', system.url],
      system.token,
    );
    assert.equal(code, 0, output);
    assert.match(output, /20 of 20 bots submitted/);
    assert.deepEqual(await planNames(system), []);
  });

  it('end with 1 where the system refuses them', async () => {
    const { code, output } = await loadtest(['--numClients', '1', '--endpoint', system.url], 'wrong');
    assert.equal(code, 1, output);
    assert.match(output, /401/);
  });

  it('remove their rehearsal also where somebody interrupts them, and end with 1', async () => {
    const { interrupt, ended } = startLoadtest(
      ['--numClients', '100', '--delay', '200', '--endpoint', system.url],
      system.token,
    );
    while ((await planNames(system)).length === 0) await sleep(50);
    await sleep(1_000);
    interrupt();
    const { code, output } = await ended;
    assert.equal(code, 1, output);
    assert.match(output, /interrupted by SIGINT/);
    assert.deepEqual(await planNames(system), []);
  });

  it('remove what there is of their rehearsal where somebody interrupts them while it is made', async () => {
    const { interrupt, ended } = startLoadtest(['--numClients', '8000', '--endpoint', system.url], system.token);
    let plans = await plansOf(system);
    for (; plans.length === 0; plans = await plansOf(system)) await sleep(10);
    interrupt();
    assert.equal(plans[0]?.status, 'draft', 'it was under way');
    const { code, output } = await ended;
    assert.equal(code, 1, output);
    assert.match(output, /interrupted by SIGINT/);
    assert.deepEqual(await plansOf(system), []);
    const headers = { authorization: `Bearer ${system.token}` };
    assert.equal((await fetch(`${system.url}/v1/papers/${plans[0]?.paperId}`, { headers })).status, 404);
  });

  it('let a crowd enter in one moment and answer at a fixed rate, and lose nothing', async () => {
    const options = { numClients: 60, rooms: 3, rate: 200, seconds: 3, items: 12 };
    const report = await runStorm(system, options);
    const { entered, answersSent, answersSaved, answersOvertaken, lost, refused } = report;
    assert.deepEqual({ entered, answersSent, lost, refused }, { entered: 60, answersSent: 600, lost: 0, refused: '' });
    assert.equal(answersSaved + answersOvertaken, 600);
    assert.deepEqual(await planNames(system), []);
  });
});
