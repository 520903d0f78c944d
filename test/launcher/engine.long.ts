// The launcher's MongoDB after many databases: what nobody asks for any more is closed.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { openStore } from '../../store/open-store.ts';
import { freshMongodb } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const DATABASES = 8;
/** What the engine keeps open at least, and its own. */
const FEW_FILES = 560;
const PATIENCE_S = 90;

describe('mongodb of the launcher', function () {
  this.timeout(180_000);

  it('closes the files of databases that nobody asks for any more, dropped ones too', async function () {
    const { url, pid } = await freshMongodb();
    if (pid === undefined || !url.includes('.sock')) {
      console.log('      skipped: here is a mongod of the machine, which has settings of its own');
      return this.skip();
    }
    const open = () => readdirSync(`/proc/${pid}/fd`).length;
    const client = await mongoose.mongo.MongoClient.connect(url);
    for (let index = 0; index < DATABASES; index++) {
      const own = url.replace('/examhall?', `/many-${index}?`);
      const store = await openStore({ url: own, autoIndex: true, paperKey: TEST_PAPER_KEY });
      await store.ensureIndexes();
      await store.close();
      if (index % 2 === 0) await client.db(`many-${index}`).dropDatabase();
    }
    assert.ok(open() > 2 * FEW_FILES, `${open()} files are open at first`);
    for (let waited = 0; open() > FEW_FILES && waited < PATIENCE_S; waited++) await sleep(1_000);
    await client.close();
    assert.ok(open() <= FEW_FILES, `${open()} files are open at the end`);
  });
});
