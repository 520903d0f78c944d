// Which URLs the start takes, for a server alone and for a set.

import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import { concernProblem, concernsOf, topologyOf } from '../../store/concerns.ts';
import { openStore } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';

const problem = (topology: 'single' | 'set', query: string) =>
  concernProblem(topology, concernsOf(`mongodb://host/examhall?${query}`));

const SINGLE = 'w=1&journal=true';
const SET = 'w=majority&journal=true&readConcernLevel=majority';

describe('write and read concern of the URL', () => {
  it('fits a server alone with w=1 and the journal, and a set with majority, journal and majority reads', () => {
    assert.equal(problem('single', SINGLE), undefined);
    assert.equal(problem('single', `${SINGLE}&directConnection=true&maxPoolSize=5`), undefined);
    assert.equal(problem('set', SET), undefined);
    assert.equal(problem('set', `${SET}&replicaSet=rs0&readPreference=primary`), undefined);
    assert.equal(problem('set', 'W=majority&JOURNAL=true&readconcernlevel=majority'), undefined);
  });

  for (const query of [
    '',
    'w=1',
    'journal=true',
    'w=0&journal=true',
    'w=1&journal=false',
    SET,
    'w=majority&journal=true',
    `${SINGLE}&readConcernLevel=majority`,
    `${SINGLE}&readConcernLevel=local`,
  ]) {
    it(`[T44] refuses for a server alone: "${query}"`, () => {
      assert.match(problem('single', query) ?? '', /w=1&journal=true and no other/);
    });
  }

  for (const query of [
    '',
    SINGLE,
    'w=majority',
    'w=majority&journal=true',
    'w=majority&readConcernLevel=majority',
    'w=2&journal=true&readConcernLevel=majority',
    'w=majority&journal=true&readConcernLevel=local',
  ]) {
    it(`refuses for a set: "${query}"`, () => {
      assert.match(problem('set', query) ?? '', /needs w=majority&journal=true&readConcernLevel=majority/);
    });
  }

  it('refuses reads from secondaries and a wait that gives up', () => {
    for (const mode of ['secondary', 'secondaryPreferred', 'primaryPreferred', 'nearest']) {
      assert.match(problem('set', `${SET}&readPreference=${mode}`) ?? '', /readPreference/);
      assert.match(problem('single', `${SINGLE}&readPreference=${mode}`) ?? '', /readPreference/);
    }
    assert.match(problem('set', `${SET}&wtimeoutMS=1000`) ?? '', /wtimeoutMS/);
  });

  it('takes a server that names a set, and a router, for a set', () => {
    assert.equal(topologyOf({ setName: 'rs0' }), 'set');
    assert.equal(topologyOf({ msg: 'isdbgrid' }), 'set');
    assert.equal(topologyOf({}), 'single');
  });

  it('refuses what is no URL without repeating it', () => {
    assert.throws(
      () => concernsOf('http://kim:secret@host/'),
      (error: Error & { code?: string }) => error.code === 'STORE_CONCERN' && !error.message.includes('secret'),
    );
  });

  it('[T44] stops the opening of a store on the real server, in a sentence, and opens with the right one', async () => {
    const [base, query] = (await mongodbUrl(`concerns-${newId()}`)).split('?');
    const wrong = `${base}?${query?.includes('majority') ? SINGLE : SET}&directConnection=true`;
    await assert.rejects(openStore({ url: wrong }), { name: 'StoreFault', code: 'STORE_CONCERN', message: /needs w=/ });
    const store = await openStore({ url: `${base}?${query}` });
    await store.ping();
    await store.close();
  });
});
