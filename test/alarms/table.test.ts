// The table of alarms: its metrics are in the catalogue, its rule file is current and is PromQL, and each has its runbook.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { expressionOf, RULES_FILE, ruleFile } from '../../alarms/prometheus.ts';
import { ALARMS, type Alarm, type AlarmName, SEVERITIES } from '../../schema/alarms.ts';
import { LABEL_VALUES, METRICS, STATE_VALUES } from '../../schema/metrics.ts';
import { headings, page, proseOf, ROOT } from '../docs/pages.ts';
import { promqlNames } from '../docs/promql.ts';

const all = Object.entries(ALARMS) as [AlarmName, Alarm][];

describe('the table of alarms', () => {
  it('names metrics and labels of the catalogue alone, in a form that their type has', () => {
    for (const [name, { metric, where, read, windowSeconds }] of all) {
      const known = METRICS[metric];
      assert.ok(known !== undefined, name);
      assert.equal(read === 'growth', known.type === 'counter', name);
      assert.equal(read === 'growth', windowSeconds !== undefined, name);
      for (const [label, value] of Object.entries(where)) {
        assert.ok(known.labels.includes(label), `${name}: ${label}`);
        const values: readonly string[] | undefined = label === 'state' ? STATE_VALUES[metric] : LABEL_VALUES[label];
        assert.ok(values?.includes(value), `${name}: ${value}`);
      }
    }
  });

  it('has two thresholds and a time for each, so that nothing rings again at once', () => {
    for (const [name, { raise, clear, clearForSeconds, severity, scope, metric }] of all) {
      assert.notEqual(raise, clear, name);
      assert.ok(clearForSeconds >= 15, name);
      assert.ok(SEVERITIES.includes(severity), name);
      if (scope === 'system') assert.equal(METRICS[metric]?.of.length, 3, `${name}: not every process shows it`);
    }
  });

  it('is the rule file for Prometheus; if not, run: npm run docs', () => {
    assert.ok(readFileSync(ROOT + RULES_FILE, 'utf8') === ruleFile(), `${RULES_FILE} is out of date`);
  });

  it('makes expressions that Prometheus reads, with metrics and labels that there are', () => {
    const rules = [...ruleFile().matchAll(/alert: (\w+)\n +expr: (.*)\n/g)];
    assert.deepEqual(
      rules.map(([, name]) => name),
      [...Object.keys(ALARMS), 'EverythingGone'],
    );
    for (const [, name, written = ''] of rules) {
      const expression = written.replaceAll(/^["']|["']$/g, '');
      const { metrics, labels } = promqlNames(expression);
      assert.equal(metrics.length, 1);
      for (const metric of metrics) {
        assert.ok(metric in METRICS, `${name}: ${metric}`);
        for (const label of labels)
          assert.ok(label === 'instance' || METRICS[metric]?.labels.includes(label), `${name}: ${label}`);
      }
    }
    assert.throws(() => promqlNames('max(examhall_rooms >= 1'), 'the grammar finds nothing');
  });

  it('says in the file what the notifier goes by', () => {
    const disk: Alarm = ALARMS.DiskLow;
    assert.equal(expressionOf(disk), 'min by (instance)(examhall_disk_free_ratio) <= 0.2');
    assert.equal(
      expressionOf(ALARMS.RequestsFail),
      'sum by (instance)(increase(examhall_http_faults_total[60s])) >= 10',
    );
    assert.equal(expressionOf(ALARMS.AnswersWaitInQueue), 'max(examhall_queue_oldest_seconds{queue="answers"}) >= 20');
  });

  it('has a runbook for each alarm on the page of operations, and no other', () => {
    const operations = page('docs/operations.md');
    const [, section = ''] = /\n## Alarms\n([\s\S]*?)\n## /.exec(proseOf(operations)) ?? [];
    const runbooks = headings({ path: '', text: section });
    assert.deepEqual(runbooks, [...Object.keys(ALARMS), 'EverythingGone']);
    for (const [, text = ''] of section.matchAll(/^### \w+\n([\s\S]*?)(?=^### |(?![\s\S]))/gm))
      assert.match(text, /\*\*Look\*\*.+[\s\S]*\*\*Do\*\*.+/);
  });
});
