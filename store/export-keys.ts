// The export keys of plans: one P-256 key pair a plan. A device seals what it holds to the public half as the last resort; the
// private half lies with the plan, sealed under the key from the environment, and is opened to read such a file, for nothing
// else. Called by the api.
import { createECDH, hkdfSync } from 'node:crypto';
import mongoose from 'mongoose';
import type { PlanDocument } from '../schema/documents/plan.ts';
import { EXPORT_KEY_INFO, type ExportFile, ofExportFile } from '../schema/export-file.ts';
import { newId } from '../schema/ids.ts';
import { PAPER_KEY_BYTES } from '../schema/sealed-paper.ts';
import { StoreFault, withFaults } from './fault.ts';
import type { Models } from './models.ts';
import { bytesOf, environmentKey, seal, unseal } from './sealing.ts';

const CURVE = 'prime256v1';

export type PublicExportKey = { readonly keyId: string; readonly publicKey: string };
export type ExportKeyStore = ReturnType<typeof exportKeyStore>;
type StoredKey = NonNullable<PlanDocument['exportKey']>;

export function exportKeyStore({ plans }: Models, environment: Uint8Array | undefined) {
  async function find(planId: string): Promise<StoredKey | null | undefined> {
    const plan = await plans.findOne({ _id: planId }).select({ exportKey: 1 }).lean<PlanDocument>().exec();
    return plan === null ? null : plan.exportKey;
  }

  /** Gives the plan a key where it has none; what is there stays, whoever was faster. */
  async function make(planId: string): Promise<void> {
    const pair = createECDH(CURVE);
    const publicKey = pair.generateKeys('base64url');
    const sealedKey = Buffer.from(seal(environmentKey(environment), pair.getPrivateKey(), ofExport(planId)));
    const exportKey = { keyId: newId(), publicKey, sealedKey };
    const filter = { _id: planId, exportKey: mongoose.trusted({ $exists: false }) };
    await plans.updateOne(filter, { $set: { exportKey } }).exec();
  }

  return withFaults('exportKeys', {
    /** The public half of this plan's key, which is made now where there is none. Null: there is no such plan. */
    async publicOf(planId: string): Promise<PublicExportKey | null> {
      let key = await find(planId);
      if (key === undefined) {
        await make(planId);
        key = await find(planId);
      }
      if (key === null) return null;
      if (key === undefined) throw new StoreFault('STORE_MISSING', 'a plan has no export key');
      return { keyId: key.keyId, publicKey: key.publicKey };
    },

    /** What is sealed in this file; `other-key` where it is for another key than the plan's, `altered` where it does not open. */
    async open(file: ExportFile): Promise<Uint8Array | 'other-key' | 'altered'> {
      const { planId, keyId, ephemeralKey, sealed, ...head } = file;
      const key = await find(planId);
      if (key === null || key === undefined || key.keyId !== keyId) return 'other-key';
      const pair = createECDH(CURVE);
      pair.setPrivateKey(unseal(environmentKey(environment), bytesOf(key.sealedKey), ofExport(planId)));
      const point = Buffer.from(ephemeralKey, 'base64url');
      try {
        const secret = pair.computeSecret(point);
        const opener = Buffer.from(hkdfSync('sha256', secret, point, EXPORT_KEY_INFO, PAPER_KEY_BYTES));
        return unseal(opener, Buffer.from(sealed, 'base64url'), ofExportFile({ planId, keyId, ...head }));
      } catch {
        return 'altered'; // whoever wrote the file may have written anything: no point of the curve, or other words
      }
    },
  });
}

/** To what a plan's private key is bound where it lies. */
function ofExport(planId: string): string {
  return `export.${planId}`;
}
