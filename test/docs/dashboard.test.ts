// The dashboard for Grafana: the file is current, each expression is PromQL, names metrics and labels that there are, and
// everything that the system counts itself is shown somewhere.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DASHBOARD_FILE, dashboardFile } from '../../docs/dashboard.ts';
import { LABEL_VALUES, METRICS, OWN_METRICS, STATE_VALUES } from '../../schema/metrics.ts';
import { ROOT } from './pages.ts';
import { promqlNames } from './promql.ts';

type Panel = {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { refId: string; expr: string; legendFormat: string }[];
  fieldConfig?: { defaults: { unit: string } };
};
const { panels } = JSON.parse(dashboardFile()) as { panels: Panel[] };
const targets = panels.flatMap(({ title, targets: own = [] }) => own.map((target) => ({ title, ...target })));

/** Of a histogram's series the metric. */
function metricOf(series: string): string {
  const bare = series.replace(/_(bucket|count|sum)$/, '');
  return METRICS[bare]?.type === 'histogram' ? bare : series;
}

describe('the dashboard', () => {
  it('is the file in deploy/; if not, run: npm run docs', () => {
    assert.ok(readFileSync(ROOT + DASHBOARD_FILE, 'utf8') === dashboardFile(), `${DASHBOARD_FILE} is out of date`);
  });

  it('has expressions that Prometheus reads, with metrics, labels and values that there are', () => {
    assert.ok(targets.length > 40);
    for (const { title, expr } of targets) {
      const { metrics, labels, matchers } = promqlNames(expr);
      assert.ok(metrics.length > 0, title);
      for (const series of metrics) {
        const metric = METRICS[metricOf(series)];
        assert.ok(metric !== undefined, `${title}: ${series}`);
        assert.equal(metric.type === 'histogram', /_(bucket|count|sum)$/.test(series), `${title}: ${series}`);
        for (const label of labels)
          assert.ok(['instance', 'le', ...metric.labels].includes(label), `${title}: ${label}`);
        for (const [label, value] of matchers) {
          if (label === 'instance') continue;
          const values: readonly string[] =
            (label === 'state' ? STATE_VALUES[series as keyof typeof STATE_VALUES] : LABEL_VALUES[label]) ?? [];
          for (const one of value.split('|')) assert.ok(values.includes(one), `${title}: ${label}=${one}`);
        }
      }
    }
    assert.throws(() => promqlNames('sum(rate(examhall_rooms[1m])'), 'the grammar finds nothing');
    assert.throws(() => promqlNames('rate(examhall_rooms[$__rate_interval])'), 'variables are no PromQL');
  });

  it('looks at counters by how they grow, and at gauges as they are', () => {
    for (const { title, expr } of targets) {
      for (const series of promqlNames(expr).metrics) {
        if (METRICS[metricOf(series)]?.type === 'gauge') assert.doesNotMatch(expr, /rate\(|increase\(/, title);
        else if (series !== 'examhall_sheet_files_failed_total') assert.match(expr, /(rate|increase)\(/, title);
      }
    }
  });

  it('shows everything that the system counts itself', () => {
    const shown = new Set(targets.flatMap(({ expr }) => promqlNames(expr).metrics.map(metricOf)));
    const missing = Object.keys(OWN_METRICS).filter((name) => !shown.has(name));
    assert.deepEqual(missing, []);
  });

  it('has panels that lie beside each other, each with an id and a unit', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos, type, fieldConfig } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      if (type !== 'row') assert.ok(fieldConfig?.defaults.unit, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x},${y}`), `${title} lies on another`);
          taken.add(`${x},${y}`);
        }
    }
  });
});
