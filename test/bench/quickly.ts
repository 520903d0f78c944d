// Runs a bench in its shortest form, on real stores and processes of its own; no limit means anything here.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchReport } from '../../bench/run.ts';
import { testFolder } from '../support/parts.ts';

/** What a reader of the JSON relies on, beside what every report has. */
const FIGURES = {
  answers: ['rounds', 'ofRaw', 'pace', 'stored'],
  receipts: ['rounds'],
  rooms: ['echo', 'few'],
  board: ['echo', 'board'],
  'board-page': ['echo', 'page'],
  'board-hour': ['readings'],
  controls: ['burst', 'controls'],
  takeover: ['answeringMs', 'lockedOut', 'drainMs', 'waitMs', 'drainedOut'],
  queue: ['queues'],
  sockets: ['most', 'storm'],
  monitor: ['without', 'with', 'streamsPercent'],
  api: ['cases', 'roster', 'reads'],
  enter: ['joined', 'lockedOut', 'later', 'enterMs', 'joinedMs', 'cpuMs', 'usPerEnter', 'healthMs'],
} as const;

/** Fails where it does not end well, or its report lacks what its readers rely on. */
export async function quickly(name: keyof typeof FIGURES): Promise<BenchReport> {
  const results = join(await testFolder(), name);
  const script = join(import.meta.dirname, `../../bench/${name}.ts`);
  const child = spawn(process.execPath, [script, '--quick', '--results', results], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  assert.equal(code, 0, output);
  const [file = ''] = await readdir(results);
  const report: BenchReport = JSON.parse(await readFile(join(results, file), 'utf8'));
  assert.match(file, new RegExp(`^${name}-\\d{8}-\\d{6}\\.json$`));
  assert.equal(report.name, name);
  assert.equal(report.pace, 'quick');
  assert.deepEqual(report.verdicts, []);
  assert.equal(typeof report.machine.before.busyPercent, 'number');
  for (const figure of FIGURES[name]) assert.ok(figure in report.figures, `${figure} is missing`);
  return report;
}
