// A bucket of a test's own in an S3-compatible store that this process has started once, and stops after the run. Called by
// tests of what lies in one.
import { join } from 'node:path';
import { freePort } from '../../bin/launcher/free-port.ts';
import { findObjectStore } from '../../bin/launcher/object-store.ts';
import { createSupervisor } from '../../bin/launcher/supervisor.ts';
import { newId } from '../../schema/ids.ts';
import type { Bucket } from '../../store/bucket-blobs.ts';
import { onCleanup, testFolder } from './parts.ts';

let running: Promise<string> | undefined;

/** An empty bucket, or a sentence that says why there is none. */
export async function testBucket(): Promise<Bucket | { readonly missing: string }> {
  const found = findObjectStore();
  if ('missing' in found) return found;
  running ??= start(found.python);
  const url = `${await running}/test-${newId().toLowerCase()}`;
  const made = await fetch(url, {
    method: 'PUT',
    headers: { Authorization: `AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/s3/aws4_request` },
  });
  if (!made.ok) throw new Error(`no bucket: ${made.status} ${await made.text()}`);
  return { url, region: 'us-east-1', keyId: 'test', secret: 'the secret of a test' };
}

async function start(python: string): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const supervisor = createSupervisor({ restart: 'never', tell: () => {} });
  onCleanup(async () => {
    running = undefined;
    await supervisor.stop();
  });
  await supervisor.start({
    name: 'object store',
    stage: 0,
    command: python,
    args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    env: process.env,
    output: { kind: 'file', path: join(await testFolder(), 'object-store.log') },
    ready: {
      kind: 'probe',
      probe: () =>
        fetch(`${url}/moto-api/`).then(
          ({ ok }) => ok,
          () => false,
        ),
    },
    readyLimitMs: 60_000,
    stopLimitMs: 5_000,
  });
  return url;
}
