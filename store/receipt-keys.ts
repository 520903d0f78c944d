// The keys that roots and receipts are signed with: Ed25519, one at a time, the older ones kept so that what they signed can be
// checked for good. The private half lies sealed under the key from the environment and is opened in the processes that save.
// Must never give a private half away. Called by what signs (signing.ts), by the api (public halves) and by the operator.
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { keyIdOf } from '../exam/signed-root.ts';
import type { ReceiptKeyDocument } from '../schema/documents/sheet.ts';
import type { ReceiptKey } from '../schema/signed-receipt.ts';
import { isDuplicate, StoreFault, withFaults } from './fault.ts';
import type { Models } from './models.ts';
import { bytesOf, environmentKey, seal, unseal } from './sealing.ts';

/** `sign` gives 64 bytes. */
export type Signer = { readonly keyId: string; sign(text: string): Buffer };

/** After a rotation others go on with the key of before for so long. */
const LOOK_EVERY_MS = 10_000;
const TRIES = 50;

export type ReceiptKeyStore = ReturnType<typeof receiptKeyStore>;

export function receiptKeyStore({ receiptKeys }: Models, environment: Uint8Array | undefined) {
  let known: { readonly signer: Signer; lookedAt: number } | undefined;
  let looking: Promise<Signer> | undefined;

  const newest = (): Promise<ReceiptKeyDocument | null> =>
    receiptKeys.findOne().sort({ number: -1 }).lean<ReceiptKeyDocument>().exec();

  async function make(after: number): Promise<ReceiptKeyDocument> {
    let number = after + 1;
    for (let tries = 0; tries < TRIES; tries++, number++) {
      const document = newKey(environmentKey(environment), number);
      try {
        await receiptKeys.create(document);
        return document;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    }
    throw new StoreFault('STORE_UNAVAILABLE', 'others keep making receipt keys');
  }

  /** The newest key. Where there is none, or none of this process's environment, it makes one: saving must not end with a lost setting. */
  async function look(): Promise<Signer> {
    const found = await newest();
    const signer = found === null ? undefined : opened(found, environmentKey(environment));
    const own = signer ?? known?.signer ?? signerOf(await make(found?.number ?? 0), environmentKey(environment));
    known = { signer: own, lookedAt: performance.now() };
    return own;
  }

  function lookOnce(): Promise<Signer> {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return {
    /** Who signs now. Nobody waits for a look at what others have made, but for the first. */
    async signer(): Promise<Signer> {
      if (known === undefined) return lookOnce();
      const { signer, lookedAt } = known;
      if (performance.now() - lookedAt > LOOK_EVERY_MS) {
        known.lookedAt = performance.now();
        lookOnce().catch(() => {}); // the store is away, which whoever saves is told; the next look is soon
      }
      return signer;
    },

    ...withFaults('receiptKeys', {
      /** All public halves, the oldest first. */
      async all(): Promise<ReceiptKey[]> {
        const rows = await receiptKeys.find().sort({ number: 1 }).lean<ReceiptKeyDocument[]>().exec();
        return rows.map(publicOf);
      },

      /** From now on a new key signs, here at once and elsewhere within seconds. What the older ones signed stays good. */
      async rotate(): Promise<ReceiptKey> {
        const made = await make((await newest())?.number ?? 0);
        known = { signer: signerOf(made, environmentKey(environment)), lookedAt: performance.now() };
        return publicOf(made);
      },
    }),
  };
}

function newKey(environment: Uint8Array, number: number): ReceiptKeyDocument {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const _id = keyIdOf(x);
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealedKey = Buffer.from(seal(environment, bytes, ofReceipts(_id)));
  return { _id, number, publicKey: x, sealedKey, madeAt: Date.now() };
}

function opened(stored: ReceiptKeyDocument, environment: Uint8Array): Signer | undefined {
  try {
    return signerOf(stored, environment);
  } catch (error) {
    if (error instanceof StoreFault && error.code === 'STORE_KEY') return undefined;
    throw error;
  }
}

function signerOf({ _id, sealedKey }: ReceiptKeyDocument, environment: Uint8Array): Signer {
  const bytes = unseal(environment, bytesOf(sealedKey), ofReceipts(_id));
  const key: KeyObject = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  return { keyId: _id, sign: (text) => sign(null, Buffer.from(text), key) };
}

function publicOf({ _id: keyId, publicKey, madeAt }: ReceiptKeyDocument): ReceiptKey {
  return { keyId, publicKey, madeAt };
}

/** To what the private half is bound where it lies. */
function ofReceipts(keyId: string): string {
  return `receipts.${keyId}`;
}
