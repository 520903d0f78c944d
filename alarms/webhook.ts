// Tells alarms to a webhook: JSON, signed, so that its receiver knows that it is from us and not of yesterday.
// Must never follow a redirect: what is signed is for whom it was signed. Called by watch.ts.
import { createHmac } from 'node:crypto';
import type { Teller } from './notice.ts';

const SIGNATURE_HEADER = 'x-examhall-signature';
const TIMESTAMP_HEADER = 'x-examhall-timestamp';
const PATIENCE_MS = 5_000;

/** Hex of HMAC-SHA-256 over `timestamp.body`; the timestamp in whole seconds since 1970. */
function signatureOf(secret: string, timestamp: number, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}

/** A teller to this URL. `now`: epoch ms. */
export function createWebhook(url: string, secret: string, now: () => number): Teller {
  return {
    name: 'webhook',
    async tell(notice) {
      const body = JSON.stringify(notice);
      const timestamp = Math.floor(now() / 1_000);
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          'content-type': 'application/json',
          [TIMESTAMP_HEADER]: String(timestamp),
          [SIGNATURE_HEADER]: `v1=${signatureOf(secret, timestamp, body)}`,
        },
        body,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
    },
    stop() {},
  };
}
