// The process's Prometheus registry and the figures that the composition root reads from its roles.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** A figure that is read when somebody asks for the metrics. */
export type Figure = { readonly name: string; readonly help: string; read(): number };

/** A registry with Node's own figures. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Adds these figures to the registry. */
export function addFigures(registry: Registry, figures: readonly Figure[]): void {
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
}
