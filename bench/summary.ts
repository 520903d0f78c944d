// `node bench/summary.ts [DIR]`: each figure's newest verdict of a full run, as the table of docs/benchmarks.md. Good ones and
// bad ones alike, also those of a run of one part. Reads only.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from './limits.ts';
import type { BenchReport } from './run.ts';

const NAMES = [
  'answers',
  'rooms',
  'enter',
  'board',
  'board-page',
  'controls',
  'takeover',
  'queue',
  'sockets',
  'api',
  'monitor',
] as const;
const HEADER = ['bench', 'date', 'busy before', 'figure', 'measured', 'limit', 'of the limit', 'peer', 'outcome'];

/** Every full report of this bench, the oldest first. */
async function reportsOf(folder: string, name: string): Promise<BenchReport[]> {
  const files = (await readdir(folder)).filter((file) => new RegExp(`^${name}-[0-9-]+\\.json$`).test(file)).sort();
  const reports = files.map(
    async (file): Promise<BenchReport> => JSON.parse(await readFile(join(folder, file), 'utf8')),
  );
  return (await Promise.all(reports)).filter(({ pace }) => pace === 'full');
}

/** Rows of Markdown by figure; a later report's take the place of an earlier one's. */
function rowsOf(reports: readonly BenchReport[]): Map<string, string> {
  const rows = new Map<string, string>();
  for (const report of reports) for (const verdict of report.verdicts) rows.set(verdict.figure, row(report, verdict));
  return rows;
}

function row({ name, startedAt, machine }: BenchReport, verdict: Verdict): string {
  const { figure, measured, unit, kind, bound, ofLimit, peer, peerMeasured, outcome } = verdict;
  const busy = `${machine.before.busyPercent} of ${machine.cores * 100} %`;
  const beside = peerMeasured === null ? peer : `${shown(peerMeasured)}: ${peer}`;
  const cells = [name, startedAt.slice(0, 16).replace('T', ' '), busy, figure, `${shown(measured)} ${unit}`];
  return line([...cells, `${kind} ${bound}`, ofLimit === null ? '–' : shown(ofLimit), beside, outcome]);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function shown(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

const folder = process.argv[2] ?? join(import.meta.dirname, 'results');
console.log([line(HEADER), line(HEADER.map(() => '---'))].join('\n'));
for (const name of NAMES) for (const text of rowsOf(await reportsOf(folder, name)).values()) console.log(text);
