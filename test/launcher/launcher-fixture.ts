// A launcher for the test of the guard: `launcher-fixture.ts FOLDER`. Starts three children and prints their process ids as JSON.

import { createSupervisor } from '../../bin/launcher/supervisor.ts';
import { childSpec } from './child-spec.ts';

const [folder = ''] = process.argv.slice(2);
const supervisor = createSupervisor({ restart: 'always', tell: () => {} });
await supervisor.start(childSpec(folder, 'store', 'serve', 0));
await supervisor.start(childSpec(folder, 'room', 'stubborn', 1));
await supervisor.start(childSpec(folder, 'api', 'serve', 2));
console.log(JSON.stringify(supervisor.names().map((name) => supervisor.pid(name))));
