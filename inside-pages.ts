// The pages below /inside: Bull Board on the queues, and Colyseus' monitor on the rooms. Both only look: what they could change
// is kept from them by what is allowed here, whatever their buttons say. Loaded where the settings have them on, and no sooner.
// Must never show an answer. Called by the composition root, which gives them to the api.
import { Queue } from 'bullmq';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { InsidePage } from './api/inside.ts';
import { openRedis, queuePrefix } from './redis-connection.ts';
import { QUEUES } from './schema/jobs.ts';

const QUEUES_PLACE = 'queues';
const ROOMS_PLACE = 'rooms';
/** Who looks waits as long, and is told then. */
const LOOK_MS = 15_000;
/** Of the monitor: its list, and its own files. To look into a room or to call it is not allowed. */
const ROOMS_PATHS = /^\/($|api\/?$|index\.html$|assets\/[\w.-]+$)/;

export type InsidePages = { readonly pages: readonly InsidePage[]; stop(): Promise<void> };

/** Opens the doors to the queues, over a connection of their own: nobody who sits an exam waits for what is asked here. */
export async function openInsidePages(redisUrl: string, log: Logger): Promise<InsidePages> {
  // Whatever Redis does, these wait for it: a queue that was refused once by it is of no use any more (queue-door.ts).
  const redis = openRedis(redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', (error) => log.debug({ err: error.message }, 'redis connection error of the inside'));
  const queues = QUEUES.map((name) => {
    const queue = new Queue(name, { connection: redis, prefix: queuePrefix(redis) });
    queue.on('error', (error) => log.debug({ err: error.message, queue: name }, 'queue error of the inside'));
    return queue;
  });
  return {
    pages: [await queuesPage(queues), await roomsPage()],
    async stop() {
      await Promise.all(queues.map((queue) => queue.close()));
      redis.disconnect();
    },
  };
}

async function queuesPage(queues: readonly Queue[]): Promise<InsidePage> {
  const { createBullBoard } = await import('@bull-board/api');
  const { BullMQAdapter } = await import('@bull-board/api/bullMQAdapter');
  const { ExpressAdapter } = await import('@bull-board/express');
  const server = new ExpressAdapter().setBasePath(`/inside/${QUEUES_PLACE}`);
  const adapters = queues.map((queue) => {
    const adapter = new BullMQAdapter(queue, { readOnlyMode: true });
    adapter.setFormatter('data', withoutAnswers);
    return adapter;
  });
  createBullBoard({
    queues: adapters,
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'examhall', hideRedisDetails: true } },
  });
  const app = server.getRouter() as RequestHandler & { disable(setting: string): unknown };
  app.disable('x-powered-by');
  return { name: QUEUES_PLACE, title: 'Queues and their jobs', serve: bounded(app), isAllowed: () => true };
}

/** 503 where Redis has said nothing for so long. */
function bounded(serve: RequestHandler): RequestHandler {
  return (request, response, next) => {
    response.setTimeout(LOOK_MS, () => {
      if (!response.headersSent) response.status(503);
      response.end();
    });
    return serve(request, response, next);
  };
}

async function roomsPage(): Promise<InsidePage> {
  const { monitor } = await import('@colyseus/monitor');
  const columns = ['roomId', 'name', 'clients', 'locked', 'elapsedTime', 'processId', 'publicAddress'] as const;
  return {
    name: ROOMS_PLACE,
    title: 'Live rooms',
    serve: monitor({ columns: [...columns] }) as unknown as RequestHandler,
    isAllowed: (path) => ROOMS_PATHS.test(path),
  };
}

/** What somebody answered is nobody's here: how many there are is enough to see what a job is about. */
export function withoutAnswers(data: unknown): unknown {
  if (data === null || typeof data !== 'object' || !('answers' in data)) return data;
  const { answers, ...rest } = data;
  return { ...rest, answers: Array.isArray(answers) ? `${answers.length} answers` : 'hidden' };
}
