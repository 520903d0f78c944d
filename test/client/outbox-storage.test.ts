// The contract of every outbox storage that runs outside a browser, and a kill of a process that is writing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportStorage } from '../../client/outbox-export.ts';
import { fileOutbox } from '../../client/outbox-file.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { OutboxChange, OutboxEntry, OutboxStorage } from '../../client/outbox-storage.ts';
import { createOutboxWriter } from '../../client/outbox-writer.ts';
import { createTestClock } from './test-clock.ts';

const EXAMINEE = 'examinee00000001';
const entry = (revision: number, response = 'A'): OutboxEntry => ({
  examineeId: EXAMINEE,
  item: 1,
  revision,
  response,
  at: 1,
  place: 'outbox',
});
const put = (revision: number, response?: string): OutboxChange => ({ kind: 'put', entry: entry(revision, response) });
const remove = (revision: number): OutboxChange => ({ kind: 'remove', examineeId: EXAMINEE, revision });
const revisionsOf = async (storage: OutboxStorage) =>
  (await storage.load()).entries.map(({ revision }) => revision).toSorted((one, other) => one - other);

describe('an outbox storage', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outbox-'));
  });
  after(() => rm(folder, { recursive: true }));

  let files = 0;
  const kinds: Record<string, () => { storage: OutboxStorage; again(): OutboxStorage }> = {
    'in memory': () => {
      const storage = memoryOutbox();
      return { storage, again: () => storage };
    },
    'in a file': () => {
      const path = join(folder, 'deep', `${files++}.outbox`);
      return { storage: fileOutbox(path), again: () => fileOutbox(path) };
    },
  };
  for (const [name, make] of Object.entries(kinds)) {
    describe(name, () => {
      it('is empty at first', async () => {
        const { storage } = make();
        assert.deepEqual(await storage.load(), { entryId: undefined, sessions: [], entries: [] });
        await storage.close();
      });

      it('has after a reload what was written before it', async () => {
        const { storage, again } = make();
        await storage.load();
        await storage.write([{ kind: 'entering', entryId: 'entry-1' }]);
        await storage.write([put(1), put(2, '한글 "\n'), { kind: 'put', entry: { ...entry(3), place: 'held' } }]);
        await storage.write([remove(1), { kind: 'session', session: { examineeId: EXAMINEE, fence: 3, counter: 2 } }]);
        await storage.write([{ kind: 'entering', entryId: 'entry-2' }]);
        await storage.close();
        const reloaded = again();
        for (let reload = 0; reload < 3; reload++) {
          const stored = await reloaded.load();
          assert.deepEqual(
            stored.entries.toSorted((one, other) => one.revision - other.revision),
            [entry(2, '한글 "\n'), { ...entry(3), place: 'held' }],
          );
          assert.deepEqual(
            [stored.sessions, stored.entryId],
            [[{ examineeId: EXAMINEE, fence: 3, counter: 2 }], 'entry-2'],
          );
        }
        await reloaded.close();
      });

      it('forgets the entry id once the session has its fence', async () => {
        const { storage } = make();
        await storage.load();
        await storage.write([{ kind: 'entering', entryId: 'entry-1' }]);
        await storage.write([{ kind: 'session', session: { examineeId: EXAMINEE, fence: 1, counter: 0 } }]);
        assert.equal((await storage.load()).entryId, undefined);
        await storage.close();
      });

      it('keeps people at one device apart, also under equal revisions', async () => {
        const { storage } = make();
        await storage.load();
        await storage.write([
          put(1),
          { kind: 'put', entry: { ...entry(1), examineeId: 'examinee00000002' } },
          remove(1),
        ]);
        assert.deepEqual(
          (await storage.load()).entries.map(({ examineeId }) => examineeId),
          ['examinee00000002'],
        );
        await storage.close();
      });
    });
  }

  it('in a file passes over a line that a kill cut off', async () => {
    const path = join(folder, 'cut.outbox');
    const storage = fileOutbox(path);
    await storage.load();
    await storage.write([put(1)]);
    await storage.write([put(2)]);
    await storage.close();
    await truncate(path, (await stat(path)).size - 5);
    const reloaded = fileOutbox(path);
    assert.deepEqual(await revisionsOf(reloaded), [1]);
    await reloaded.write([put(3)]);
    await reloaded.close();
    assert.deepEqual(await revisionsOf(fileOutbox(path)), [1, 3]);
  });

  it('in a file reads what it can of a damaged one, and keeps a copy of it', async () => {
    const path = join(folder, 'damaged.outbox');
    const storage = fileOutbox(path);
    await storage.load();
    await storage.write([put(1)]);
    await storage.close();
    await appendFile(path, 'not json\n');
    const reloaded = fileOutbox(path);
    assert.deepEqual(await revisionsOf(reloaded), [1]);
    await reloaded.close();
    assert.match(await readFile(`${path}.damaged`, 'utf8'), /not json/);
  });

  it('in a file does not grow without bound', async () => {
    const path = join(folder, 'growing.outbox');
    const storage = fileOutbox(path);
    await storage.load();
    const essay = 'x'.repeat(60_000);
    for (let revision = 1; revision <= 200; revision++)
      await storage.write([put(revision, essay), remove(revision - 1)]);
    await storage.close();
    assert.ok((await stat(path)).size < 2_000_000);
    assert.deepEqual(await revisionsOf(fileOutbox(path)), [200]);
  });

  it('in a file has every answer of a process that was killed right after it took them', async () => {
    const path = join(folder, 'killed.outbox');
    const child = spawn(process.execPath, [fileURLToPath(new URL('outbox-writer-fixture.ts', import.meta.url)), path]);
    let taken = '';
    child.stdout.on('data', (chunk) => {
      taken += chunk;
    });
    const [, signal] = await once(child, 'close');
    assert.equal(signal, 'SIGKILL');
    const numbers = taken.trim().split('\n').map(Number);
    assert.ok(numbers.length >= 500, `only ${numbers.length} answers were taken`);
    assert.deepEqual((await revisionsOf(fileOutbox(path))).slice(0, numbers.length), numbers);
  });
});

describe('an export of a storage', () => {
  it('has everything that lies on the device, of everybody', async () => {
    const storage = memoryOutbox();
    await storage.write([
      put(1, 'mine'),
      { kind: 'put', entry: { ...entry(2, 'theirs'), examineeId: 'examinee00000002', place: 'held' } },
    ]);
    const exported = JSON.parse(await exportStorage(storage, 5)) as { unsaved: OutboxEntry[]; exportedAt: number };
    assert.deepEqual(
      exported.unsaved.map(({ response }) => response),
      ['mine', 'theirs'],
    );
    assert.equal(exported.exportedAt, 5);
  });
});

describe('the writer of an outbox', () => {
  it('writes one after the other, and leaves out drafts that came and went in between', async () => {
    const written: (readonly OutboxChange[])[] = [];
    let finish = (): void => {};
    const storage: OutboxStorage = {
      ...memoryOutbox(),
      write(changes) {
        written.push(changes);
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    };
    const writer = createOutboxWriter(storage, createTestClock(), assert.fail);
    writer.write([put(1)]);
    writer.write([put(2), remove(1)]);
    writer.write([put(3), remove(2)]);
    assert.deepEqual(written, [[put(1)]]);
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(written[1], [remove(1), put(3), remove(2)]);
    finish();
    await writer.idle();
  });

  it('keeps what could not be written, says so once, and writes it in its order later', async () => {
    const memory = memoryOutbox();
    const clock = createTestClock();
    const faults: string[] = [];
    let full = true;
    const storage: OutboxStorage = {
      ...memory,
      write(changes) {
        if (full) throw new Error('disk full');
        return memory.write(changes);
      },
    };
    const writer = createOutboxWriter(storage, clock, ({ code }) => faults.push(code));
    writer.write([put(1)]);
    writer.write([put(2)]);
    await clock.advance(10_000);
    assert.deepEqual(faults, ['STORAGE']);
    full = false;
    await clock.advance(3_000);
    assert.deepEqual(await revisionsOf(memory), [1, 2]);
  });
});
