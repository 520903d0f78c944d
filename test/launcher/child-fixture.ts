// A child for the tests of supervisor and guard: `child-fixture.ts MODE NAME FILE`. It appends what happens to FILE.
// serve: ready at once, ends on SIGTERM. stubborn: ready, deaf to SIGTERM. die: ends before it is ready. silent: never ready.

import { appendFileSync } from 'node:fs';

const [mode, name, file = '/dev/null'] = process.argv.slice(2);
const note = (what: string) => appendFileSync(file, `${name} ${what}\n`);

process.on('SIGTERM', () => {
  note('SIGTERM');
  if (mode !== 'stubborn') process.exit(0);
});
if (mode === 'die') {
  console.error('the reason why');
  process.exit(3);
}
if (mode !== 'silent') process.send?.({ type: 'ready' });
setInterval(() => {}, 60_000);
