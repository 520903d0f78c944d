// The process's Prometheus registry, and how the parts get their metrics of it: by the name in the catalogue, which says the
// rest (schema/metrics.ts). Twice the same name is the same metric, so that roles in one process share it.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Metric, OWN_METRICS, type OwnMetric } from './schema/metrics.ts';
import { VERSION } from './version.ts';

type OfType<T extends Metric['type']> = {
  [N in OwnMetric]: (typeof OWN_METRICS)[N]['type'] extends T ? N : never;
}[OwnMetric];
type LabelOf<N extends OwnMetric> = (typeof OWN_METRICS)[N]['labels'][number];
type Labels<N extends OwnMetric> = Readonly<Record<LabelOf<N>, string>>;

/** One value of a figure that is read when somebody asks. */
export type Reading<N extends OwnMetric> = { readonly labels: Labels<N>; readonly value: number };
type Read<N extends OwnMetric> = () => readonly Reading<N>[] | Promise<readonly Reading<N>[]>;

/** A registry with Node's own figures, and the version that runs. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gaugeOf(registry, 'examhall_version', () => [{ labels: { version: VERSION }, value: 1 }]);
  return registry;
}

/** A counter that its part counts up. */
export function counterOf<N extends OfType<'counter'>>(registry: Registry, name: N): Counter<LabelOf<N>> {
  const known = registry.getSingleMetric(name) as Counter<LabelOf<N>> | undefined;
  return known ?? new Counter(described(registry, name));
}

/** A histogram that its part observes in. */
export function histogramOf<N extends OfType<'histogram'>>(registry: Registry, name: N): Histogram<LabelOf<N>> {
  const known = registry.getSingleMetric(name) as Histogram<LabelOf<N>> | undefined;
  return known ?? new Histogram({ ...described(registry, name), buckets: [...OWN_METRICS[name].buckets] });
}

/** A gauge, read when somebody asks. Where the reading fails it shows nothing, which is not the same as 0. */
export function gaugeOf<N extends OfType<'gauge'>>(registry: Registry, name: N, read: Read<N>): void {
  new Gauge<LabelOf<N>>({
    ...described(registry, name),
    async collect() {
      const readings = await readingsOf(read);
      this.reset();
      if (readings.length === 0 && OWN_METRICS[name].labels.length === 0) this.remove(); // a reset one is 0
      for (const { labels, value } of readings) this.set(labels, value);
    },
  });
}

/** A counter that somebody else keeps, read when somebody asks. What it has counted must not go back. */
export function countsOf<N extends OfType<'counter'>>(registry: Registry, name: N, read: Read<N>): void {
  new Counter<LabelOf<N>>({
    ...described(registry, name),
    async collect() {
      const readings = await readingsOf(read);
      this.reset();
      for (const { labels, value } of readings) this.inc(labels, value);
    },
  });
}

/** The reading of a figure without labels. */
export function alone<N extends OwnMetric>(value: number): readonly Reading<N>[] {
  return [{ labels: {} as Labels<N>, value }];
}

function described<N extends OwnMetric>(registry: Registry, name: N) {
  const { help, labels } = OWN_METRICS[name];
  return { name, help, labelNames: [...labels] as LabelOf<N>[], registers: [registry] };
}

async function readingsOf<N extends OwnMetric>(read: Read<N>): Promise<readonly Reading<N>[]> {
  try {
    return await read();
  } catch {
    return []; // the others are to be shown all the same
  }
}
