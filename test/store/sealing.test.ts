// Sealing: what opens, what does not, and that the same text is the same bytes where it has to be.
import assert from 'node:assert/strict';
import { createDecipheriv, randomBytes } from 'node:crypto';
import { NONCE_BYTES, splitSealed, TAG_BYTES } from '../../schema/sealed-paper.ts';
import { newPaperKey, seal, sealAlike, unseal } from '../../store/sealing.ts';

const TEXT = Buffer.from('한글 and letters');
const shut = { name: 'StoreFault', code: 'STORE_KEY' };

describe('sealing', () => {
  const key = newPaperKey();

  for (const [name, sealing] of Object.entries({ seal, sealAlike })) {
    it(`${name}: opens with the key, for the place for which it was sealed`, () => {
      const sealed = sealing(key, TEXT, 'plan.room');
      assert.deepEqual(unseal(key, sealed, 'plan.room'), TEXT);
      assert.throws(() => unseal(newPaperKey(), sealed, 'plan.room'), shut);
      assert.throws(() => unseal(key, sealed, 'plan.another'), shut);
    });

    it(`${name}: shows nothing of the text, and opens no more where one bit was changed`, () => {
      const sealed = sealing(key, TEXT, 'plan.room');
      assert.ok(!Buffer.from(sealed).includes('letters') && !Buffer.from(sealed).includes('한'));
      for (let at = 0; at < sealed.length; at++) {
        const changed = sealed.slice();
        changed[at] = (changed[at] ?? 0) ^ 1;
        assert.throws(() => unseal(key, changed, 'plan.room'), shut, `byte ${at}`);
      }
      assert.throws(() => unseal(key, sealed.subarray(0, -1), 'plan.room'), shut);
      assert.throws(() => unseal(key, new Uint8Array(), 'plan.room'), shut);
    });
  }

  it('is AES-256-GCM, as another implementation reads it from the bytes', () => {
    const bytes = Buffer.from(seal(key, TEXT, 'place'));
    assert.equal(bytes.subarray(0, 4).toString('latin1'), 'EHS1');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(4, 16)).setAAD(Buffer.from('place'));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    assert.deepEqual(Buffer.concat([decipher.update(bytes.subarray(16, -TAG_BYTES)), decipher.final()]), TEXT);
  });

  it('takes a new nonce each time, but for what must be the same bytes everywhere', () => {
    const nonceOf = (sealed: Uint8Array) => Buffer.from(splitSealed(sealed)?.nonce ?? []).toString('hex');
    assert.equal(nonceOf(seal(key, TEXT, 'place')).length, 2 * NONCE_BYTES);
    assert.notEqual(nonceOf(seal(key, TEXT, 'place')), nonceOf(seal(key, TEXT, 'place')));
    const alike = sealAlike(key, TEXT, 'place');
    assert.deepEqual(sealAlike(key, TEXT, 'place'), alike);
    const others = [
      sealAlike(key, Buffer.from('another text'), 'place'),
      sealAlike(key, TEXT, 'another place'),
      sealAlike(randomBytes(32), TEXT, 'place'),
    ];
    assert.equal(new Set([alike, ...others].map(nonceOf)).size, 4, 'no two texts share a nonce');
  });
});
