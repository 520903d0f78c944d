// health, readiness, metrics: for machines that watch machines. No /v1, no login, no personal data, and nothing about a
// single exam; a proxy should keep /metrics inside all the same.
import { Health, Ready } from '../../schema/replies.ts';
import { NoBody, NoParams, NoQuery } from '../../schema/requests.ts';
import type { ApiParts } from '../parts.ts';
import { type PublicRoute, publicRoute, type Sender } from '../route.ts';

const PATIENCE_MS = 2_000;

export function healthRoutes({ store, redis, metrics, isLeaving }: ApiParts): PublicRoute[] {
  const shape = {
    method: 'get',
    tag: 'health',
    params: NoParams,
    query: NoQuery,
    body: NoBody,
    repeat: 'keyless',
    uncounted: true,
    refusals: [],
  } as const;
  return [
    publicRoute({
      ...shape,
      path: '/health',
      summary: 'Whether this process lives.',
      reply: { status: 200, type: 'application/json', schema: Health },
      handle: async () => ({ status: 'ok' }),
    }),
    publicRoute({
      ...shape,
      path: '/ready',
      summary:
        'Whether this process should get requests: store and Redis answer, and it is not about to stop; else 503.',
      reply: { status: 200, type: 'application/json', schema: Ready },
      async handle() {
        const [storeState, redisState] = await Promise.all([stateOf(() => store.ping()), stateOf(() => redis.ping())]);
        const isAnswered = storeState === 'ok' && redisState === 'ok';
        const status = isLeaving() ? 'leaving' : isAnswered ? 'ready' : 'waiting';
        const answer = { status, store: storeState, redis: redisState };
        const send: Sender = (response) => void response.status(status === 'ready' ? 200 : 503).json(answer);
        return send;
      },
    }),
    publicRoute({
      ...shape,
      path: '/metrics',
      summary: 'Figures for Prometheus.',
      reply: { status: 200, type: 'text/plain', schema: null },
      async handle() {
        const text = await metrics.metrics();
        const send: Sender = (response) => void response.type(metrics.contentType).send(text);
        return send;
      },
    }),
  ];
}

/** Away also where it does not answer in time: whoever asks wants to know now. */
async function stateOf(ping: () => Promise<unknown>): Promise<'ok' | 'away'> {
  const timeout = new AbortController();
  const late = new Promise<'away'>((resolve) => {
    const timer = setTimeout(() => resolve('away'), PATIENCE_MS);
    timeout.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const answer = ping().then(
    () => 'ok' as const,
    () => 'away' as const,
  );
  return Promise.race([answer, late]).finally(() => timeout.abort());
}
