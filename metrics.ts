// The process's Prometheus registry and the figures that the composition root reads from its roles.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** A figure that is read when somebody asks for the metrics. */
export type Figure = { readonly name: string; readonly help: string; read(): number };

/** A registry with Node's own figures and the given ones. */
export function createMetrics(figures: readonly Figure[]): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name, help, read } of figures) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
  return registry;
}
