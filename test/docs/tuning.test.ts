// The figures of docs/tuning.md that are counts: MongoDB itself is asked for them, with the query that the product sends.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { newId } from '../../schema/ids.ts';
import { makeStore } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';
import { page, rowsOf } from './pages.ts';

const ENTRIES = 5_000;
const PEOPLE = 100;
const PAGE = 20;

describe('the page on tuning', () => {
  let connection: mongoose.Connection;
  after(() => connection.close());

  it('has the counts of its query with the index and without it', async () => {
    const own = new mongoose.Mongoose({ sanitizeFilter: true, strictQuery: 'throw', autoIndex: false });
    const url = await mongodbUrl(`tuning-${newId()}`);
    connection = await own.createConnection(url, { monitorCommands: true }).asPromise();
    const store = makeStore(connection);
    await store.ensureIndexes();
    const logs = connection.collection('logs');
    const planId = newId();
    const entries = Array.from({ length: ENTRIES }, (_, at) => {
      return { _id: newId(), planId, subject: `person ${at % PEOPLE}`, at, kind: 'link.lost', stream: 'examinee' };
    });
    await logs.insertMany(entries as never[]);

    let sent: Record<string, unknown> = {};
    connection.getClient().on('commandStarted', ({ command }: { command: Record<string, unknown> }) => {
      if (command.find === 'logs') sent = command;
    });
    const found = await store.logs.byPlan(planId, { subject: 'person 7', limit: PAGE });
    assert.equal(found.length, PAGE);
    const { find, filter, sort, limit } = sent;
    const counted = async (): Promise<string[]> => {
      const plan = await connection.db?.command({
        explain: { find, filter, sort, limit },
        verbosity: 'executionStats',
      });
      const { totalKeysExamined, totalDocsExamined, nReturned } = plan?.executionStats ?? {};
      return [totalKeysExamined, totalDocsExamined, nReturned].map(String);
    };
    const withIt = await counted();
    await logs.dropIndex('planId_1_subject_1_at_1__id_1');
    const withoutIt = await counted();

    const rows = new Map(rowsOf(page('docs/tuning.md')).map(([name = '', ...cells]) => [name, cells]));
    assert.deepEqual(rows.get('`planId, subject, at`'), withIt);
    assert.deepEqual(rows.get('`planId, at`'), withoutIt);
  });
});
