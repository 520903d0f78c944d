// On which Redis the journey of a whole exam goes: a server of its own, or a cluster. Called by exam.test.ts; the long test of
// the cluster says which before it lets the journey be described.
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.ts';

let wanted: 'server' | 'cluster' = 'server';

/** The journey that is described next is one on a cluster. */
export function useCluster(): void {
  wanted = 'cluster';
}

/** What is wanted now; a cluster is started when it is asked for. */
export function journeyRedis(): { readonly title: string; start(): Promise<TestCluster | undefined> } {
  if (wanted === 'server') return { title: '', start: async () => undefined };
  return { title: ', on a Redis Cluster', start: startRedisCluster };
}
