// What somebody may type after the demo's exam to see that its API answers: three commands, each a line by itself, with the
// token of a machine that only reads, for an hour. Called by loadtest/demo.ts.
import type { Administrator } from '../administrator.ts';

const HOUR_MS = 3_600_000;
const SCOPES = ['progress.read', 'result.read', 'monitoring.read'] as const;

/** The token stands in a header: what is in an address ends up in logs. */
export async function curlLines(admin: Administrator, planId: string): Promise<string[]> {
  const token = await admin.machineToken({ label: 'demo', scopes: [...SCOPES], lifeMs: HOUR_MS });
  const paths = [
    `/plans/${planId}/progress`,
    `/plans/${planId}/results`,
    `/monitor/plans/${planId}?topics=rooms,incidents`,
  ];
  return paths.map((path) => `curl -sSf -H 'Authorization: Bearer ${token}' '${admin.url}/v1${path}'`);
}
