// The api's own figures, in the registry that the process gives. Labels are route patterns, never paths: those hold ids.
import type { Registry } from 'prom-client';
import { alone, counterOf, gaugeOf, histogramOf } from '../metrics.ts';
import type { RefusalCode } from '../schema/refusals.ts';

export type Measures = {
  answered(route: string, method: string, status: number, seconds: number): void;
  refused(code: RefusalCode): void;
  /** A fault that somebody should look at. */
  failed(route: string): void;
};

/** `entering` is read when somebody asks. */
export function createMeasures(registry: Registry, entering: () => number): Measures {
  const requests = histogramOf(registry, 'examhall_http_request_seconds');
  const faults = counterOf(registry, 'examhall_http_faults_total');
  const refusals = counterOf(registry, 'examhall_refusals_total');
  gaugeOf(registry, 'examhall_enters_in_flight', () => alone(entering()));
  return {
    answered: (route, method, status, seconds) => requests.observe({ route, method, status: String(status) }, seconds),
    refused: (code) => refusals.inc({ road: 'http', code }),
    failed: (route) => faults.inc({ route }),
  };
}
