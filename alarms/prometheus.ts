// The same alarms as rules for Prometheus, from the same table. Written to deploy/prometheus by npm run docs; one more for
// what only somebody outside can see: that nobody is left to say anything.
import { ALARMS, type Alarm, type AlarmName } from '../schema/alarms.ts';
import { runbookOf } from './notice.ts';

/** Longer than two scrapes. */
const ALL_GONE_SECONDS = 30;
const RUNBOOKS = 'docs/operations.md';

/** Where it is kept, from the project's folder. */
export const RULES_FILE = 'deploy/prometheus/examhall.rules.yml';

/** The expression that has a value while the alarm's threshold is passed. */
export function expressionOf({ metric, where, read, windowSeconds, raise, clear, scope }: Alarm): string {
  const selector = `${metric}${labelsOf(where)}`;
  const value = read === 'growth' ? `increase(${selector}[${windowSeconds}s])` : selector;
  const over = { largest: 'max', smallest: 'min', growth: 'sum' }[read];
  const by = scope === 'process' ? ' by (instance)' : '';
  return `${over}${by}(${value}) ${clear < raise ? '>=' : '<='} ${raise}`;
}

/** The rule file, as YAML. */
export function ruleFile(): string {
  const rules = (Object.keys(ALARMS) as AlarmName[]).map((name) => {
    const alarm: Alarm = ALARMS[name];
    return ruleOf(name, alarm.severity, expressionOf(alarm), alarm.forSeconds, alarm.clearForSeconds, alarm.sentence);
  });
  const allGone = `      - alert: EverythingGone
        expr: absent(examhall_version)
        for: ${ALL_GONE_SECONDS}s
        labels:
          severity: critical
        annotations:
          summary: no process of examhall is seen
          runbook: ${RUNBOOKS}#everythinggone
`;
  return `# Alarms of examhall for Prometheus, made from schema/alarms.ts by npm run docs; do not edit.
groups:
  - name: examhall
    interval: 5s
    rules:
${rules.join('')}${allGone}`;
}

function ruleOf(
  name: AlarmName,
  severity: string,
  expression: string,
  forSeconds: number,
  clearForSeconds: number,
  sentence: string,
): string {
  return `      - alert: ${name}
        expr: ${quoted(expression)}
        for: ${forSeconds}s
        keep_firing_for: ${clearForSeconds}s
        labels:
          severity: ${severity}
        annotations:
          summary: ${quoted(sentence)}
          runbook: ${runbookOf(RUNBOOKS, name)}
`;
}

function labelsOf(where: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(where).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A string of YAML, in the quotes that it does not hold. */
function quoted(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
