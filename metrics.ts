// The process's Prometheus registry and the figures that the composition root reads from its roles.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { VERSION } from './version.ts';

/** A figure that is read when somebody asks for the metrics. */
export type Figure = { readonly name: string; readonly help: string; read(): number };

/** A registry with Node's own figures, and the version that runs. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const help = 'always 1; the version that this process runs';
  const version = new Gauge({ name: 'examhall_version', help, labelNames: ['version'], registers: [registry] });
  version.set({ version: VERSION }, 1);
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
