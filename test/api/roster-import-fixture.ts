// A process that imports a roster of 2,000 people into a plan and says each step before it takes it, to be killed there.
// node roster-import-fixture.ts <store url> <plan> <seed>. Called by roster-imports.long.ts.
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { importRoster } from '../../api/roster-importing.ts';
import { RosterImportQuery } from '../../schema/roster-imports.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const [url = '', planId = '', seed = ''] = process.argv.slice(2);
const counts = new Map<string, number>();

/** Says it, and goes on at once: the signal comes while the step is taken. */
function say(step: string): void {
  const count = (counts.get(step) ?? 0) + 1;
  counts.set(step, count);
  process.stdout.write(`${step === 'addPeople' ? `${step} ${count}` : step}\n`);
}

function telling(store: Store): Store {
  const entries = Object.entries(store.rosterImports).map(([name, call]) => [
    name,
    (...args: unknown[]) => {
      say(name);
      return (call as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { ...store, rosterImports: Object.fromEntries(entries) };
}

const store = await openStore({ url, paperKey: TEST_PAPER_KEY });
const header = ['name', 'room'];
const records = Array.from({ length: 2_000 }, (_, at) => [`person ${at}`, `room ${at % 20}`]);
const subject = { role: 'admin', subjectId: 'nobody0000000000' } as never;
const file = { encoding: 'utf-8', delimiter: 'comma', header, records } as const;
const parts = { store: telling(store), now: Date.now, log: pino({ level: 'silent' }) };
await importRoster(parts, { planId, file, query: RosterImportQuery.parse({}), seed, subject });
say('done');
await wait(60_000);
