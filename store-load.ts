// How full Redis and MongoDB are, as they themselves say: their processors, memory, connections, and how soon they answer.
// Asked again and again while a rehearsal runs; changes nothing, and shows nothing of what they hold. Called by
// `bin/examhall rehearse`.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openRedis, serversOf, whenReady } from './redis-connection.ts';
import { askLoad, openLoad } from './store/load.ts';

/** `of`: which server, where there are several. Shares are 0 to 1, times ms. */
export type LoadReading = {
  readonly resource:
    | 'processor of Redis'
    | 'memory of Redis'
    | 'answer of Redis'
    | 'answer of MongoDB'
    | 'cache of MongoDB'
    | 'unwritten cache of MongoDB'
    | 'connections of MongoDB';
  readonly of: string;
  readonly value: number;
};

export type LoadSource = { readonly name: string; read(): Promise<LoadReading[]>; close(): Promise<void> };

/** Beyond it an answer's time says how late this process itself was. */
const OWN_DELAY_MS = 20;
const RESOLUTION_MS = 10;
/** A connection that is lost is made again as often, and after so long. */
const TRIES = 20;
const TRY_EVERY_MS = 500;
const NS_A_MS = 1e6;

/** Redis at this URL, each server of a cluster. Rejects where it does not answer. */
export async function redisLoad(url: string): Promise<LoadSource> {
  const again = (times: number) => (times < TRIES ? TRY_EVERY_MS : null);
  const redis = openRedis(url, { maxRetriesPerRequest: 1, lazyConnect: true, retryStrategy: again });
  redis.on('error', () => undefined); // what matters rejects the commands below
  try {
    await whenReady(redis);
  } catch (error) {
    redis.disconnect(); // else it would try on
    throw error;
  }
  const own = ownDelay();
  const before = new Map<string, { readonly at: number; readonly seconds: number }>();

  async function readServer(server: ReturnType<typeof serversOf>[number]): Promise<LoadReading[]> {
    const of = `${server.options.host}:${server.options.port}`;
    const answerMs = await own.timed(() => server.ping());
    const { seconds, memory } = figuresOf(await server.info());
    const at = performance.now();
    const last = before.get(of);
    before.set(of, { at, seconds });
    return [
      { resource: 'memory of Redis', of, value: memory },
      ...(answerMs === undefined ? [] : [{ resource: 'answer of Redis', of, value: answerMs } as const]),
      ...(last === undefined
        ? []
        : [
            { resource: 'processor of Redis', of, value: (seconds - last.seconds) / ((at - last.at) / 1_000) } as const,
          ]),
    ];
  }

  return {
    name: 'Redis',
    read: async () => (await Promise.all(serversOf(redis).map(readServer))).flat(),
    async close() {
      own.stop();
      redis.disconnect();
    },
  };
}

/** Of what INFO says: seconds of processor so far, and the used share of what it may have. */
export function figuresOf(info: string): { seconds: number; memory: number } {
  const value = (name: string) => Number(new RegExp(`^${name}:(.*)\\r?$`, 'm').exec(info)?.[1] ?? 0);
  const most = value('maxmemory') || value('total_system_memory');
  return {
    seconds: value('used_cpu_sys') + value('used_cpu_user'),
    memory: most === 0 ? 0 : value('used_memory') / most,
  };
}

/** MongoDB at this URL. Throws StoreFault where it does not answer. */
export async function mongodbLoad(url: string): Promise<LoadSource> {
  const connection = await openLoad(url);
  const own = ownDelay();
  return {
    name: 'MongoDB',
    async read() {
      const answerMs = await own.timed(() => connection.getClient().db('admin').command({ ping: 1 }));
      const { cache, unwritten, connections } = await askLoad(connection);
      const readings: (LoadReading | undefined)[] = [
        answerMs === undefined ? undefined : { resource: 'answer of MongoDB', of: '', value: answerMs },
        cache === undefined ? undefined : { resource: 'cache of MongoDB', of: '', value: cache },
        unwritten === undefined ? undefined : { resource: 'unwritten cache of MongoDB', of: '', value: unwritten },
        connections === undefined ? undefined : { resource: 'connections of MongoDB', of: '', value: connections },
      ];
      return readings.filter((reading) => reading !== undefined);
    },
    async close() {
      own.stop();
      await connection.close();
    },
  };
}

/** Times an answer, unless this process itself was late meanwhile: then it cannot be known. */
function ownDelay() {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    async timed(ask: () => Promise<unknown>): Promise<number | undefined> {
      delay.reset();
      const from = performance.now();
      await ask();
      const lengthMs = performance.now() - from;
      const lateMs = delay.max / NS_A_MS - RESOLUTION_MS;
      return lateMs > OWN_DELAY_MS ? undefined : lengthMs;
    },
    stop: () => delay.disable(),
  };
}
