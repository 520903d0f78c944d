// The client of the admin API: what it sends again, and how; against a real server that fails as servers do.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdministrator, login } from '../../loadtest/administrator.ts';
import { AdministratorError } from '../../loadtest/api-call.ts';
import type { Item } from '../../schema/answers.ts';
import { servedSystem } from './system.ts';

const ITEM: Item = { number: 1, name: 'q1', kind: 'essay', text: '', options: [] };
const PAPER = { paperId: 'P'.repeat(16), name: 'paper', items: [ITEM], sections: [], pictures: [], keyVersion: 0 };

/** What the server does with the next request; the last entry goes on. */
type Behaviour = 'hang up' | { status: number; body: unknown };

async function withServer(
  behaviours: Behaviour[],
  work: (url: string, keys: string[]) => Promise<void>,
): Promise<void> {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']));
    const behaviour = behaviours[Math.min(keys.length, behaviours.length) - 1];
    if (behaviour === 'hang up' || behaviour === undefined) request.socket.destroy();
    else
      response.writeHead(behaviour.status, { 'content-type': 'application/json' }).end(JSON.stringify(behaviour.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const busy = { status: 503, body: { code: 'BUSY', detail: 'Too much is waiting.' } };

describe('the client of the admin API', () => {
  it('sends a write again under the same key after a lost reply and after "later"', () =>
    withServer(['hang up', busy, { status: 201, body: PAPER }], async (url, keys) => {
      const admin = createAdministrator({ url, token: 'token' });
      assert.equal(await admin.createPaper('paper', [ITEM]), PAPER.paperId);
      assert.equal(keys.length, 3);
      assert.equal(new Set(keys).size, 1);
      await admin.createPaper('paper', [ITEM]);
      assert.equal(new Set(keys).size, 2);
    }));

  it('does not repeat what is refused for good, and says the code and the sentence', () =>
    withServer([{ status: 409, body: { code: 'PLAN_NOT_DRAFT', detail: 'It is open.' } }], async (url, keys) => {
      const admin = createAdministrator({ url, token: 'token' });
      await assert.rejects(admin.schedule('P'.repeat(16)), (error) => {
        assert.ok(error instanceof AdministratorError);
        assert.deepEqual([error.code, error.status], ['PLAN_NOT_DRAFT', 409]);
        return error.message.includes('It is open.');
      });
      assert.equal(keys.length, 1);
    }));

  it('takes no answer of another shape for a good one', () =>
    withServer([{ status: 200, body: { planId: 7 } }], async (url) => {
      const admin = createAdministrator({ url, token: 'token' });
      await assert.rejects(admin.plan('P'.repeat(16)), { code: 'ANSWER_UNREADABLE' });
    }));

  it('sends rooms and examinees in parts, and no further part once its signal is aborted', async () => {
    const labels = Array.from({ length: 2_500 }, (_, index) => `room ${index}`);
    const rooms = { status: 201, body: { rooms: [{ roomId: 'R'.repeat(16), label: 'room' }] } };
    await withServer([rooms], async (url, keys) => {
      const admin = createAdministrator({ url, token: 'token' });
      assert.equal((await admin.addRooms('P'.repeat(16), labels)).length, 3);
      const interruption = new AbortController();
      const adding = admin.addRooms('P'.repeat(16), labels, interruption.signal);
      interruption.abort(new Error('Ctrl-C'));
      await assert.rejects(adding, /^Error: Ctrl-C$/);
      assert.equal(keys.length, 4, 'the part under way is brought to its end');
    });
    const examinees = { status: 201, body: { examinees: [] } };
    await withServer([examinees], async (url, keys) => {
      const admin = createAdministrator({ url, token: 'token' });
      const roster = labels.map((label) => ({ label, roomId: 'R'.repeat(16) }));
      const interruption = new AbortController();
      const adding = admin.addExaminees('P'.repeat(16), roster, interruption.signal);
      interruption.abort(new Error('Ctrl-C'));
      await assert.rejects(adding, /^Error: Ctrl-C$/);
      assert.equal(keys.length, 1);
    });
  });

  describe('on a whole system', function () {
    this.timeout(60_000);
    const system = servedSystem('loadtest-administrator');

    it('logs in with name and password, and is refused with a wrong one', async () => {
      const account = { login: 'second-admin', password: 'a long enough password' };
      const made = await fetch(`${system.url}/v1/admins`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${system.token}`,
          'content-type': 'application/json',
          'idempotency-key': 'second-admin-1',
        },
        body: JSON.stringify(account),
      });
      assert.equal(made.status, 201, await made.text());
      const token = await login(system.url, account.login, account.password);
      const paperId = await createAdministrator({ url: system.url, token }).createPaper('paper', [ITEM]);
      assert.equal(paperId.length, 16);
      await assert.rejects(login(system.url, account.login, 'another password'), { code: 'LOGIN_REFUSED' });
    });
  });
});
