// `bin/examhall chaos` as a child, since it takes a network of its own, and what it reports. Called by tests of chaos/.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COLUMNS } from '../../chaos/invariants.ts';
import { type Report, ReportShape, reportTable } from '../../chaos/report.ts';
import { testFolder } from '../support/parts.ts';

const COMMAND = fileURLToPath(new URL('../../bin/examhall', import.meta.url));

/** Runs it with these arguments, prints its table, and sees to it that every bad column is 0. */
export async function cleanChaos(...args: string[]): Promise<Report> {
  const file = join(await testFolder(), 'chaos.json');
  const output = await run('chaos', '--json', file, ...args);
  const report = ReportShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  console.log(reportTable(report).replace(/^/gm, '      '));
  assert.deepEqual(
    Object.fromEntries(COLUMNS.map((column) => [column, report[column]])),
    Object.fromEntries(COLUMNS.map((column) => [column, 0])),
    output,
  );
  return report;
}

/** A schedule that fails is made smaller for minutes: what has been said by then is told before a test's own timeout takes it away. */
const TOLD_AFTER_MS = 360_000;

function run(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(COMMAND, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    const late = setTimeout(() => console.log(output.replace(/^/gm, '      ')), TOLD_AFTER_MS);
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(late);
      resolve(output);
    });
  });
}
