// `examhall replay` as a command: what is wrong is said with its place, before anything is started or created.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { replay } from '../../bin/launcher/commands/replay.ts';
import { lsat6Request } from '../../loadtest/lsat6.ts';
import { readResponseFile } from '../../loadtest/replay/response-file.ts';
import { replayExam } from '../../loadtest/replay.ts';
import { testFolder } from '../support/parts.ts';
import { until } from '../workers/worker-parts.ts';
import { planNames, plansOf, servedSystem } from './system.ts';

const MAIN = join(import.meta.dirname, '../../bin/launcher/main.ts');

type Ended = { code: number | null; output: string };

function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return begin(args, env).ended;
}

function begin(args: string[], env: Record<string, string>): { interrupt: () => void; ended: Promise<Ended> } {
  const { EXAMHALL_TOKEN: _token, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, 'replay', ...args], { env: { ...inherited, ...env } });
  const ended = new Promise<Ended>((resolve, reject) => {
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

async function files(responses: string, key = 'item,key\nq1,A\nq2,B\n'): Promise<string[]> {
  const folder = await testFolder();
  const [responsesFile, keyFile] = [join(folder, 'responses.csv'), join(folder, 'key.csv')];
  await writeFile(responsesFile, responses);
  await writeFile(keyFile, key);
  return ['--responses', responsesFile, '--key', keyFile];
}

/** Hands everything on to the api, but takes the answer to item 1 out of each sheet, and changes that to item 2 where it is B. */
async function damagingProxy(url: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    handOn(url, request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close(() => server.closeAllConnections()) };
}

async function handOn(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
  const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
  const method = request.method ?? 'GET';
  const reply = await fetch(`${url}${request.url}`, { method, headers: headers as Record<string, string>, ...body });
  const text = await reply.text();
  response.writeHead(reply.status, { 'content-type': 'application/json' });
  response.end(request.url?.includes('/sheet') ? damaged(text) : text);
}

function damaged(text: string): string {
  const sheet = JSON.parse(text) as { answers: { item: number; response: unknown }[] };
  const answers = sheet.answers.filter(({ item }) => item !== 1);
  for (const answer of answers) if (answer.response === 'B') answer.response = 'A';
  return JSON.stringify({ ...sheet, answers });
}

describe('the command replay', function () {
  this.timeout(60_000);

  it('names line and column of what is wrong in a file, and asks the system for nothing', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const crowd = Array.from({ length: 27 }, (_, index) => `e${index},option ${index},B\n`).join('');
    const running = ['--url', `http://127.0.0.1:${port}`, '--token', 'unused'];
    try {
      const bad = [
        { responses: 'who,q1,q2\ne1,A,B\ne1,A,B\n', said: /line 3, column 1: examinee "e1"/ },
        { responses: 'who,q1,q2\ne1,A,B\ne2,A\n', said: /line 3, column 3: 2 cells/ },
        { responses: 'who,q1,q2,q3\ne1,A,B,C\n', said: /line 1, column 4: item "q3" has no key/ },
        { responses: 'who,q1,q2\n', said: /line 2, column 1: nobody is in it/ },
        { responses: 'who;q1;q2\ne1;A;B\n', said: /line 1, column 2: there is no item/ },
        { responses: `who,q1,q2\ne1,A,${'x'.repeat(33)}\n`, said: /line 2, column 3: an option of 33 characters/ },
        { responses: `who,q1,q2\n${crowd}`, said: /line 27, column 2: item "q1" has more than 26 options/ },
      ];
      for (const { responses, said } of bad) {
        await assert.rejects(replay([...(await files(responses)), ...running]), said);
      }
      const keyless = await files('who,q1,q2\ne1,A,B\n', 'item,key\nq1,A\nq2,B\nq3,A\n');
      await assert.rejects(replay([...keyless, ...running]), /line 4, column 1: item "q3" is not among the responses/);
      assert.equal(requests, 0);
    } finally {
      server.close();
    }
  });

  it('starts no system for a file that no system can hold', async () => {
    const crowd = await files(`q1,q2,site,n\nA,B,north,501\n`);
    const { code, output } = await run([...crowd, '--room-column', 'site', '--count-column', 'n']);
    assert.match(output, /^examhall: \S+, line 2, column 3: room "north" has more than 500 examinees; [^\n]*\n$/);
    assert.equal(code, 1);
  });

  it('ends with 1 where it was called wrongly, and says what it needs', async () => {
    const good = await files('who,q1,q2\ne1,A,B\n');
    const withoutToken = await run([...good, '--url', 'http://127.0.0.1:1']);
    assert.match(withoutToken.output, /--token, or EXAMHALL_TOKEN/);
    assert.equal(withoutToken.code, 1);
    await assert.rejects(replay([]), /--responses FILE and --key FILE/);
    await assert.rejects(replay([...good, '--rate', 'fast']), /--rate takes a number/);
    const people = ['--count-column', 'n', '--rate', '1'];
    const slow = [...(await files('q1,q2,n\nA,B,50000\n')), ...people];
    await assert.rejects(replay(slow), /at 1 answers a second the exam would be given 112 hours/);
    await assert.rejects(replay([...good, '--speed', '1']), /Unknown option '--speed'/);
    await assert.rejects(replay([...good, '--json', '/nowhere/report.json']), /cannot be written/);
  });

  describe('against a running system', () => {
    const system = servedSystem('loadtest-command');

    it('prints the table, writes the same as JSON, and ends with 0', async () => {
      const json = join(await testFolder(), 'report.json');
      const args = await files('q1,site,q2,people\nA,north,B,3\nB,south,,2\nA,north,C,1\n');
      const columns = ['--room-column', 'site', '--count-column', 'people', '--json', json];
      const { code, output } = await run([...args, ...columns, '--url', system.url], {
        EXAMHALL_TOKEN: system.token,
      });
      assert.equal(code, 0, output);
      assert.match(output, /6 examinees in 2 rooms/);
      const report = JSON.parse(await readFile(json, 'utf8'));
      assert.deepEqual([report.rooms, report.examinees, report.lost, report.different], [2, 6, 0, 0]);
      assert.ok(report.answersSent >= 10, 'six people gave ten answers');
      assert.equal(report.answersSaved + report.overtaken, report.answersSent);
      assert.deepEqual(report.items[1].counts, { A: 0, B: 3, C: 1 });
      assert.equal(report.items[0].p, 4 / 6);
      assert.ok(report.ackMs.p50 > 0 && report.ackMs.p50 <= report.ackMs.max);
      assert.deepEqual(await planNames(system), ['replay of responses.csv']);
    });

    it('ends with 1 where an answer is not as in the file, and says whose', async () => {
      const proxy = await damagingProxy(system.url);
      const args = await files('who,q1,q2\ne1,A,B\ne2,B,A\ne3,A,\n');
      const { code, output } = await run([...args, '--url', proxy.url], { EXAMHALL_TOKEN: system.token });
      proxy.close();
      assert.equal(code, 1, output);
      assert.match(output, /3 lost, 1 different/);
      assert.match(output, /Not as in the file: e\d, item \d: lost/);
    });

    it('ends its plan where somebody interrupts it, and ends with 1', async () => {
      const before = (await plansOf(system)).length;
      const args = await files('q1,q2,n\nA,B,20\n');
      const slowly = ['--count-column', 'n', '--rate', '2', '--url', system.url];
      const { interrupt, ended } = begin([...args, ...slowly], { EXAMHALL_TOKEN: system.token });
      await until(
        'its plan runs',
        async () => (await plansOf(system)).some(({ status }) => status === 'running'),
        30_000,
      );
      interrupt();
      const { code, output } = await ended;
      assert.equal(code, 1, output);
      assert.match(output, /interrupted by SIGINT/);
      const plans = await plansOf(system);
      assert.equal(plans.length, before + 1);
      assert.ok(
        plans.every(({ status }) => status === 'ended' || status === 'scored'),
        JSON.stringify(plans),
      );
    });

    it('ends its plan where it fails', async () => {
      const before = (await plansOf(system)).length;
      const exam = await readResponseFile(lsat6Request());
      const gone = () => {
        throw new Error('the terminal is gone');
      };
      const to = { print: () => {}, progress: { write: gone } };
      const failing = replayExam({ url: system.url, adminToken: system.token, exam, name: 'failing', ...to });
      await assert.rejects(failing, /the terminal is gone/);
      const plans = await plansOf(system);
      assert.equal(plans.length, before + 1);
      assert.ok(
        plans.every(({ status }) => status === 'ended' || status === 'scored'),
        JSON.stringify(plans),
      );
    });

    it('ends with a sentence where the token is refused', async () => {
      const args = await files('who,q1,q2\ne1,A,B\n');
      await assert.rejects(replay([...args, '--url', system.url, '--token', 'wrong']), /401/);
    });
  });
});
