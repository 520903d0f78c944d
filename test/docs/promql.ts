// An expression as Prometheus' own grammar reads it. Called by the tests of the rule file and of the dashboard.
import { parser } from '@prometheus-io/lezer-promql';

export type PromqlNames = { metrics: string[]; labels: string[]; matchers: [label: string, value: string][] };

/** The metrics and labels that it names, and what labels are compared with. Throws where it is no PromQL. */
export function promqlNames(expression: string): PromqlNames {
  const found: PromqlNames = { metrics: [], labels: [], matchers: [] };
  parser.parse(expression).iterate({
    enter({ type, from, to }) {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`${expression} at ${from}`);
      if (type.name === 'VectorSelector') found.metrics.push(/^\w+/.exec(text)?.[0] ?? '');
      if (type.name === 'LabelName') found.labels.push(text);
      if (type.name === 'UnquotedLabelMatcher') {
        const [, label = '', value = ''] = /^(\w+)\s*(?:=~|!~|!=|=)\s*"(.*)"$/.exec(text) ?? [];
        found.matchers.push([label, value]);
      }
    },
  });
  return found;
}
