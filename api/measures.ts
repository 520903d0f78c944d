// The api's own figures, in the registry that the process gives. Labels are route patterns, never paths: those hold ids.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Measures = {
  answered(route: string, method: string, status: number, seconds: number): void;
  /** A fault that somebody should look at. */
  failed(route: string): void;
};

const BUCKETS_S = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `entering` is read when somebody asks. */
export function createMeasures(registry: Registry, entering: () => number): Measures {
  const registers = [registry];
  const requests = new Histogram({
    name: 'examhall_http_request_seconds',
    help: 'how long requests took, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: BUCKETS_S,
    registers,
  });
  const faults = new Counter({
    name: 'examhall_http_faults_total',
    help: 'requests that ended in a fault',
    labelNames: ['route'],
    registers,
  });
  new Gauge({
    name: 'examhall_enters_in_flight',
    help: 'enters that run now',
    registers,
    collect() {
      this.set(entering());
    },
  });
  return {
    answered: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    failed: (route) => faults.inc({ route }),
  };
}
