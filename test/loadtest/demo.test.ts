// The demo's live exam, shortened, through the whole system.
import assert from 'node:assert/strict';
import { createCast } from '../../loadtest/demo/cast.ts';
import { DEMO_ITEMS } from '../../loadtest/demo/paper.ts';
import { runDemo } from '../../loadtest/demo.ts';
import { Item } from '../../schema/answers.ts';
import { servedSystem } from './system.ts';

describe('the demo', function () {
  this.timeout(120_000);
  const system = servedSystem('loadtest-demo');

  it('has a paper of all kinds of items, and sixty people in four rooms of whom some meet a mishap', () => {
    for (const { item } of DEMO_ITEMS) assert.deepEqual(Item.parse(item), item);
    assert.equal(new Set(DEMO_ITEMS.map(({ item }) => item.kind)).size, 5);
    const cast = createCast(DEMO_ITEMS);
    assert.deepEqual([cast.length, new Set(cast.map(({ room }) => room)).size], [60, 4]);
    assert.ok(cast.some(({ mishap }) => mishap === 'loses the connection'));
    assert.deepEqual(createCast(DEMO_ITEMS), cast);
  });

  it('tells an exam in which connections are lost and nothing else is', async () => {
    const lines: string[] = [];
    await runDemo({
      url: system.url,
      adminToken: system.token,
      once: true,
      minutes: 0.25,
      print: (line) => lines.push(line),
    });
    const text = lines.join('\n');
    assert.match(text, /progress, and later results: +http/);
    assert.match(text, /\/docs/);
    assert.match(text, /loses the connection/);
    assert.match(text, /is back by itself/);
    assert.match(text, /moves to another computer/);
    assert.match(text, /58 sheets/);
    assert.match(text, /are in the store, word for word/);
  });
});
