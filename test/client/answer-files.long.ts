// A file on its way while the api that takes it is killed: nothing that came is sent twice, and the answer names it at the end.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { createRehearsal, openRooms, startRooms } from '../../loadtest/rehearsal.ts';
import type { Item } from '../../schema/answers.ts';
import { mongodbUrl, testFolder } from '../support/parts.ts';
import { until } from '../workers/worker-parts.ts';

const file = { types: ['application/pdf' as const], maxBytes: 10_000_000, count: 1 as const };
const ITEMS: Item[] = [{ number: 1, name: 'report', kind: 'file', text: '', options: [], file }];

describe('a file on its way to be an answer', function () {
  this.timeout(120_000);
  let system: System;

  before(async () => {
    const url = await mongodbUrl('answer-files-killed');
    system = await startSystem({ folder: await testFolder(), layout: 'apart', restart: false, mongodbUrl: url });
  });
  after(() => system.stop());

  it('goes on where it was when the api is killed in the middle, twice, and is downloaded as it was', async () => {
    const token = await system.admin();
    const admin = createAdministrator({ url: system.url, token });
    const rooms = [{ label: 'Room 1', examinees: [{ label: 'Kim' }] }];
    const exam = await createRehearsal(admin, {
      name: 'killed',
      items: ITEMS,
      key: [{ item: 1, kind: 'file', points: 1_000 }],
      rooms,
      durationMs: 600_000,
    });
    await openRooms(admin, exam);
    await startRooms(admin, exam);
    let pieces = 0;
    const api = system.names().find((name) => name.startsWith('api')) ?? 'api-1';
    const session = await enterExam({
      url: system.url,
      code: exam.roster[0]?.code ?? '',
      deviceKey: 'device-of-kim',
      storage: memoryOutbox(),
      fetch: async (input, init) => {
        const isPiece = String(input).includes('/bytes?offset=');
        if (!isPiece || ![3, 6].includes(++pieces)) return fetch(input, init);
        const sending = fetch(input, init);
        sending.catch(() => undefined); // its end is the client's to see, below
        await system.kill(api);
        await system.start(api);
        return sending;
      },
    });
    try {
      await until('the link is up', () => session.link() === 'online');
      const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(3_000_000)]);
      const offsets: number[] = [];
      const progress = (offset: number) => offsets.push(offset);
      await session.answerFile(1, new Blob([bytes]), 'report.pdf', { progress });
      await until('the answer is saved', () => session.answers().get(1)?.state === 'saved');
      assert.deepEqual(
        offsets,
        offsets.toSorted((one, other) => one - other),
        'it never goes back',
      );
      assert.ok(pieces > 8, 'the api was killed twice');
      const [uploadId] = String(session.answers().get(1)?.response).split('.');
      const down = await fetch(`${system.url}/v1/uploads/${uploadId}/content`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.ok(Buffer.from(await down.arrayBuffer()).equals(bytes));
    } finally {
      await session.leave();
    }
  });
});
