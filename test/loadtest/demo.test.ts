// The demo's live exam, shortened, through the whole system.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createCast } from '../../loadtest/demo/cast.ts';
import { DEMO_ITEMS, DEMO_PICTURES, DEMO_SECTIONS } from '../../loadtest/demo/paper.ts';
import { runDemo } from '../../loadtest/demo.ts';
import { Item } from '../../schema/answers.ts';
import { MonitorReply } from '../../schema/monitor.ts';
import { hasFormula, picturesIn } from '../../schema/paper-text.ts';
import { ProgressReply, ResultList } from '../../schema/replies.ts';
import { PaperBody } from '../../schema/requests.ts';
import { servedSystem } from './system.ts';

describe('the demo', function () {
  this.timeout(120_000);
  const system = servedSystem('loadtest-demo');

  it('has a paper of all kinds of items, and sixty people in four rooms of whom some meet a mishap', () => {
    for (const { item } of DEMO_ITEMS) assert.deepEqual(Item.parse(item), item);
    assert.equal(new Set(DEMO_ITEMS.map(({ item }) => item.kind)).size, 5);
    const items = DEMO_ITEMS.map(({ item }) => item);
    const written = PaperBody.parse({ name: 'demo', items, sections: DEMO_SECTIONS, pictures: DEMO_PICTURES });
    assert.ok(written.sections.length > 1 && DEMO_PICTURES.length > 0);
    const texts = items.map(({ text }) => text);
    assert.ok(texts.some(hasFormula) && texts.some((text) => picturesIn(text).length > 0));
    const cast = createCast(DEMO_ITEMS);
    assert.deepEqual([cast.length, new Set(cast.map(({ room }) => room)).size], [60, 4]);
    assert.ok(cast.some(({ mishap }) => mishap === 'loses the connection'));
    assert.deepEqual(createCast(DEMO_ITEMS), cast);
  });

  let text = '';
  before('runs the demo', async function () {
    this.timeout(120_000);
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    await runDemo({ url: system.url, adminToken: system.token, once: false, minutes: 0.25, print });
    text = lines.join('\n');
  });

  it('says where a person can sit it too, with a code that is let in, and watch it, with a login that works', async () => {
    const [, address = '', code = ''] = /yourself: +(http\S+)\/exam#code=(\w{10})/.exec(text) ?? [];
    const [, name = '', password = ''] = /login (\S+), password (\S+)/.exec(text) ?? [];
    assert.match(text, /as a proctor: +http\S+\/proctor/);
    const entry = { code, deviceKey: 'a-guests-device', entryId: 'a-guests-entry' };
    const entered = await post(`${address}/v1/enter`, entry);
    assert.equal((await entered.json()).code, 'EXAM_ENDED');
    assert.equal((await post(`${address}/v1/login`, { login: name, password })).status, 200);
  });

  it('ends with three commands that answer when they are typed as they stand, and have the token in no address', async () => {
    const commands = text.split('\n').slice(-3);
    assert.ok(commands.every((command) => command.startsWith('curl ')));
    const answers = await Promise.all(commands.map((command) => promisify(execFile)('sh', ['-c', command])));
    const [progress, results, monitor] = answers.map(({ stdout }) => JSON.parse(stdout));
    assert.equal(ProgressReply.parse(progress).plan.status, 'scored');
    assert.equal(ResultList.parse(results).results.length, 58);
    assert.deepEqual(
      [MonitorReply.parse(monitor).rooms?.length, MonitorReply.parse(monitor).examinees],
      [4, undefined],
    );
    for (const command of commands) {
      const [, token = '', path = ''] = /Bearer (\S+)' 'http:\/\/[^/]+(\S+)'$/.exec(command) ?? [];
      assert.ok(token.length >= 40 && path.startsWith('/v1/') && !path.includes(token));
    }
    const [, token = ''] = /Bearer ([^']+)/.exec(commands[0] ?? '') ?? [];
    const other = await fetch(`${system.url}/v1/papers`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(other.status, 403);
  });

  it('tells an exam in which connections are lost and nothing else is', () => {
    assert.match(text, /progress, and later results: +http/);
    assert.match(text, /\/docs/);
    assert.match(text, /loses the connection/);
    assert.match(text, /is back by itself/);
    assert.match(text, /moves to another computer/);
    assert.match(text, /58 sheets/);
    assert.match(text, /are in the store, word for word/);
  });

  it('shows a proctor at work: hands answered, incidents decided, a notice, more time, a pause, and whom each has reached', () => {
    assert.match(text, /Examinee 6 \(room Oak\) raises a hand: "May I draw/);
    assert.match(text, /Examinee 6 \(room Oak\) reads the answer: "Yes\. Use the back/);
    assert.match(text, /Examinee 29 \(room Maple\) reads the answer: "I am coming/);
    assert.match(text, /takes up an incident of Examinee 15 \(room Birch\): focus-lost/);
    assert.match(text, /The incident of Examinee 24 \(room Cedar\) is confirmed: A second screen/);
    const done = text.slice(text.indexOf('the proctor  '));
    assert.match(done, /sends a notice to room Cedar +applied +1[0-5] of 1[0-5] reached, 1[0-5] confirmed/);
    assert.match(done, /gives Examinee 37 2 s more +applied +1 of 1 reached/);
    assert.match(done, /pauses room Oak +applied +1[0-5] of 1[0-5] reached/);
    assert.match(done, /lets room Oak go on +applied +1[0-5] of 1[0-5] reached/);
    assert.match(done, /lets Examinee 27 \(room Birch\) in at another computer +applied/);
    const [, count, states] = /(\d+) incidents: (.*); 2 raised hands were answered/.exec(done) ?? [];
    assert.ok(Number(count) >= 3, `${count} incidents`);
    assert.match(states ?? '', /^(\d+ (unfounded|confirmed)(, )?)+$/);
  });
});

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}
