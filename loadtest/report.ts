// Percentiles and plain tables: how a load test says what it saw. Pure; it never rounds what goes to a file, only what
// a person reads. Called by the replay, the demo, the storm and the bots' runner.

/** A distribution of latencies in ms; all null where nothing was measured. */
export type Percentiles = { p50: number | null; p95: number | null; p99: number | null; max: number | null };

/** Nearest-rank percentiles of these samples, in any order; each figure is one that was measured. */
export function percentiles(samples: Iterable<number>): Percentiles {
  const sorted = Float64Array.from(samples).sort();
  const rank = (share: number): number | null => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}

/** `p50 12 ms, p95 30 ms …`, for one line of a report. */
export function percentileLine({ p50, p95, p99, max }: Percentiles): string {
  const shown = (value: number | null) =>
    value === null ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  return `p50 ${shown(p50)}, p95 ${shown(p95)}, p99 ${shown(p99)}, max ${shown(max)}`;
}

/** A cell of a table: text to the left, numbers to the right, null as a dash. */
export type Cell = string | number | null;

/** A table of text: columns as wide as their widest cell, two blanks apart, a line under the header. Rows as wide as the header. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))));
  const widths = header.map((name, column) => Math.max(width(name), ...shown.map((row) => width(row[column] ?? ''))));
  const isNumeric = header.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, isNumeric[column] === true))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((size) => '─'.repeat(size)).join('  '), ...shown.map(line)].join('\n');
}

/** A figure of a statistic with this many digits after the point, without the zero before it where it is below 1; – for null. */
export function figure(value: number | null, digits: number): string {
  if (value === null) return '–';
  return value.toFixed(digits).replace(/^(-?)0\./, '$1.');
}

/** `2 min 5 s`, `12 s`, `0.4 s`; for people. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function pad(text: string, size: number, toTheRight: boolean): string {
  const fill = ' '.repeat(Math.max(0, size - width(text)));
  return toTheRight ? fill + text : text + fill;
}

/** Characters as a terminal counts them, but for wide scripts. */
function width(text: string): number {
  return [...text].length;
}
