// The small parts of the api that hold without a server: tokens, the bound of what runs at once, the short cache.
import assert from 'node:assert/strict';
import { createInFlight } from '../../api/in-flight.ts';
import { createShortCache } from '../../api/short-cache.ts';
import { createTokens, hashOfToken, newSecretToken } from '../../api/tokens.ts';
import type { FormFigures as AnalysedFigures } from '../../exam/item-analysis.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { FormFigures } from '../../schema/replies.ts';

// What the api shows is what the analysis makes: a member that one of them lacks does not compile.
const sameFigures = (figures: AnalysedFigures): FormFigures => figures;
const sameFiguresBack = (figures: FormFigures): AnalysedFigures => figures;

describe('tokens', () => {
  const tokens = createTokens('a secret of a test, long enough for it');
  const claims = { examineeId: newId(), planId: newId(), roomId: newId(), fence: 7, expiresAt: 2_000 };

  it('give back what was signed, until they expire', () => {
    const token = tokens.forExaminee(claims);
    assert.deepEqual(tokens.examineeOf(token, 1_999), claims);
    assert.equal(tokens.examineeOf(token, 2_000), undefined);
  });

  it('are taken from nobody who does not have the secret, and not for another use', () => {
    const token = tokens.forExaminee(claims);
    const [, body = '', signature = ''] = token.split('.');
    const forged = Buffer.from(JSON.stringify([newId(), claims.planId, claims.roomId, 7, 2_000])).toString('base64url');
    const bad = [
      '',
      'x.',
      'x..',
      `x.${body}`,
      `x.${body}.`,
      `x.${forged}.${signature}`,
      `x.${body}.${signature.slice(1)}`,
      `${body}.${signature}`,
    ];
    for (const one of bad) assert.equal(tokens.examineeOf(one, 0), undefined, one);
    assert.equal(createTokens('another secret that is long enough').examineeOf(token, 0), undefined);
    assert.equal(tokens.mayView(claims.planId, `${body}.${signature}`, 0), false);
    assert.equal(tokens.examineeOf(`x.${tokens.forView(claims.planId, 2_000)}`, 0), undefined);
    assert.ok(tokens.examineeOf(token, 0));
  });

  it('of staff are 256 bits, each another, and are stored as a hash', () => {
    const token = newSecretToken();
    assert.equal(Buffer.from(token, 'base64url').length, 32);
    assert.notEqual(newSecretToken(), token);
    assert.equal(hashOfToken(token).length, 43);
    assert.ok(!hashOfToken(token).includes(token));
  });
});

describe('what runs at once', () => {
  it('is bounded, and free again after a result, a refusal and a fault', async () => {
    const inFlight = createInFlight(1, 1_500);
    for (const end of [() => Promise.resolve(1), () => Promise.reject(new Error('fault'))]) {
      const first = inFlight.run(end);
      const second = await inFlight.run(async () => 2);
      assert.ok(isRefusal(second) && second.refused === 'BUSY');
      // Who is refused after another comes a moment after him.
      const afterMs = second.retryAfterMs ?? 0;
      assert.ok(1_500 <= afterMs && afterMs <= 1_502, `${afterMs} ms`);
      await first.catch(() => undefined);
      assert.equal(inFlight.count(), 0);
      assert.equal(await inFlight.run(async () => 3), 3);
    }
  });

  it('lets another one run while one only waits, and as many wait as there is room for', async () => {
    const inFlight = createInFlight(1, 1_500);
    const end = Promise.withResolvers<void>();
    const waits = () => inFlight.run(() => inFlight.aside(() => end.promise));
    const waiting = Array.from({ length: 17 }, waits);
    assert.equal(inFlight.count(), 1, 'the last one had to keep its place');
    const another = await waits();
    assert.ok(isRefusal(another) && another.refused === 'BUSY');
    end.resolve();
    await Promise.all(waiting);
    assert.equal(inFlight.count(), 0);
  });

  it('has who is refused come back when those who wait before him are through', async () => {
    const inFlight = createInFlight(32, 500);
    const end = Promise.withResolvers<void>();
    const waiting = Array.from({ length: 500 }, () => inFlight.run(() => inFlight.aside(() => end.promise)));
    const running = Array.from({ length: 32 }, () => inFlight.run(() => end.promise));
    const refused = await inFlight.run(async () => 1);
    assert.ok(
      isRefusal(refused) && refused.refused === 'BUSY' && refused.retryAfterMs === 1_125,
      JSON.stringify(refused),
    );
    end.resolve();
    await Promise.all([...waiting, ...running]);
    assert.equal(await inFlight.run(async () => 1), 1);
  });
});

describe('the short cache', () => {
  it('shares one read among those who ask at once, and reads again after its life', async () => {
    let now = 0;
    let reads = 0;
    const cache = createShortCache(
      async (id) => `${id} ${++reads}`,
      1_000,
      () => now,
    );
    assert.deepEqual(await Promise.all([cache.get('a'), cache.get('a'), cache.get('b')]), ['a 1', 'a 1', 'b 2']);
    now = 999;
    assert.equal(await cache.get('a'), 'a 1');
    now = 1_000;
    assert.equal(await cache.get('a'), 'a 3');
  });

  it('gives what it has while the next read is under way, where it may be that old, and waits beyond', async () => {
    let now = 0;
    const reads: PromiseWithResolvers<string>[] = [];
    const read = () => {
      const one = Promise.withResolvers<string>();
      reads.push(one);
      return one.promise;
    };
    const cache = createShortCache(read, 1_000, () => now, 1_000);
    const first = cache.get('a');
    reads[0]?.resolve('first');
    assert.equal(await first, 'first');
    now = 1_500;
    assert.deepEqual([await cache.get('a'), await cache.get('a'), reads.length], ['first', 'first', 2]);
    reads[1]?.resolve('second');
    await reads[1]?.promise;
    assert.equal(await cache.get('a'), 'second');
    now = 9_000;
    const waiting = cache.get('a');
    assert.equal(reads.length, 3);
    reads[2]?.reject(new Error('away'));
    await assert.rejects(waiting);
    const again = cache.get('a');
    reads[3]?.resolve('fourth');
    assert.equal(await again, 'fourth');
  });

  it('forgets a read that failed', async () => {
    let reads = 0;
    const cache = createShortCache(async () => {
      if (++reads === 1) throw new Error('away');
      return reads;
    }, 1_000);
    await assert.rejects(cache.get('a'));
    assert.equal(await cache.get('a'), 2);
  });
});

describe('figures', () => {
  it('have one shape in the analysis and in the replies', () => {
    assert.equal(typeof sameFigures, typeof sameFiguresBack);
  });
});
