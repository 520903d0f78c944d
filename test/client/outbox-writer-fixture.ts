// A process that writes answers into an outbox file as fast as it can, says which it took, and kills itself in between.
// Called by outbox-storage.test.ts.
import { writeSync } from 'node:fs';
import { fileOutbox } from '../../client/outbox-file.ts';

const [path = ''] = process.argv.slice(2);
const storage = fileOutbox(path);
await storage.load();
for (let revision = 1; ; revision++) {
  const entry = {
    examineeId: 'examinee00000001',
    item: 1,
    revision,
    response: 'A'.repeat(revision % 500),
    at: 0,
    place: 'outbox' as const,
  };
  await storage.write([{ kind: 'put', entry }]);
  writeSync(1, `${revision}\n`);
  if (revision === 500) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);
  if (revision % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}
