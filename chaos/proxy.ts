// A TCP link that can be spoiled: cut, made deaf in one way or both, slow, or sliced into single bytes. What passes keeps
// its order and its bytes, as TCP does it: nothing is lost but with its connection. Counts what it has done to whom, so that
// a fault that met nobody is known. It never reads what passes, but for whoever taps it. Called by links.ts and networks.ts.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../loadtest/random.ts';
import type { Way } from './schedule.ts';

/** What is done to each chunk of a direction. `hole`: nothing passes, not even that a side has closed. */
export type Spoil = { readonly hole?: true; readonly delayMs?: number; readonly sliceBytes?: number };

/** How often each was done: connections that were cut, chunks that were held back, delayed, sliced. */
export type Bites = { cut: number; held: number; delayed: number; sliced: number };

/** One connection as a tap sees it; `request` is the first chunk of whoever asked. */
export type Tapped = { request: string };
export type Tap = (connection: Tapped, chunk: Buffer) => void;

export type FaultProxy = {
  /** Where it listens, `host:port` or a path; stays the same for its life. */
  readonly address: string;
  readonly bites: Readonly<Bites>;
  spoil(way: Way, spoil: Spoil): void;
  /** What was held back passes now. */
  pass(): void;
  /** Ends what is open, without a goodbye; what is held back goes with it. */
  cut(): void;
  openCount(): number;
  close(): Promise<void>;
};

export type ProxyOptions = {
  /** `host:port`, or the path of a socket. */
  readonly target: string;
  /** The path at which to listen; a free port of 127.0.0.1 unless given. */
  readonly path?: string;
  readonly random: Random;
  /** Is shown what comes from the one that answers. */
  readonly tap?: Tap;
};

/** Slices come so far apart, in ms: together they are slow, and no write arrives whole. */
const SLICE_EVERY_MS = 1;
/** Of one chunk so many slices at most, so that a large one arrives at all. */
const MOST_SLICES = 200;

/** Listens, and passes everything. */
export async function openFaultProxy(options: ProxyOptions): Promise<FaultProxy> {
  const bites: Bites = { cut: 0, held: 0, delayed: 0, sliced: 0 };
  const pairs = new Set<Pair>();
  const spoils: Record<'up' | 'down', Spoil> = { up: {}, down: {} };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const pair = join(client, options, { spoils, bites, ended: () => pairs.delete(pair) });
    pairs.add(pair);
  });
  server.on('error', () => {}); // a connection that was gone before it was taken
  const address = await listen(server, options.path);
  const eachPipe = (call: (pipe: Pipe) => void) => {
    for (const { up, down } of pairs) for (const pipe of [up, down]) call(pipe);
  };
  const cut = () => {
    for (const pair of [...pairs]) {
      bites.cut += 1;
      pair.cut();
    }
  };
  return {
    address,
    bites,
    spoil(way, spoil) {
      if (way !== 'down') spoils.up = spoil;
      if (way !== 'up') spoils.down = spoil;
    },
    pass() {
      spoils.up = {};
      spoils.down = {};
      eachPipe((pipe) => pipe.release());
    },
    cut,
    openCount: () => pairs.size,
    async close() {
      cut();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

async function listen(server: Server, path: string | undefined): Promise<string> {
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  return path ?? `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Pipe = { release(): void };
type Pair = { readonly up: Pipe; readonly down: Pipe; cut(): void };
type Surroundings = {
  readonly spoils: Readonly<Record<'up' | 'down', Spoil>>;
  readonly bites: Bites;
  ended(): void;
};

function join(client: Socket, { target, random, tap }: ProxyOptions, around: Surroundings): Pair {
  const server = connectTo(target);
  const connection: Tapped = { request: '' };
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    around.ended();
    for (const socket of [client, server]) drop(socket);
  };
  const up = pipe(
    client,
    server,
    () => around.spoils.up,
    around.bites,
    random,
    end,
    (chunk) => {
      if (connection.request === '' && tap !== undefined) connection.request = chunk.toString('latin1', 0, 512);
    },
  );
  const down = pipe(
    server,
    client,
    () => around.spoils.down,
    around.bites,
    random,
    end,
    (chunk) => tap?.(connection, chunk),
  );
  const closeWhenBothAre = () => {
    if (client.closed && server.closed) end();
  };
  for (const socket of [client, server]) socket.on('close', closeWhenBothAre);
  return { up, down, cut: end };
}

/** Without a goodbye; a socket of this machine's own knows no other way. */
function drop(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

function connectTo(target: string): Socket {
  const port = /:(\d+)$/.exec(target)?.[1];
  const options = port === undefined ? { path: target } : { host: '127.0.0.1', port: Number(port) };
  return connect({ ...options, allowHalfOpen: true, noDelay: true });
}

/** A chunk, its end, or that the one who sent is gone. */
type Thing = { readonly chunk: Buffer | 'end' | 'gone'; readonly dueAt: number };

/** From one socket to the other, through the spoil of its direction. Whatever waits, all that comes later waits too. */
function pipe(
  from: Socket,
  to: Socket,
  spoil: () => Spoil,
  bites: Bites,
  random: Random,
  gone: () => void,
  look: (chunk: Buffer) => void,
): Pipe {
  const waiting: Thing[] = [];
  let timer: NodeJS.Timeout | undefined;

  function take(chunk: Thing['chunk']): void {
    const { hole, delayMs = 0, sliceBytes = 0 } = spoil();
    if (hole !== undefined && chunk !== 'gone') bites.held += 1;
    if (waiting.length === 0 && hole === undefined && delayMs === 0 && sliceBytes === 0) return put(chunk);
    const now = performance.now();
    const dueAt = Math.max(waiting.at(-1)?.dueAt ?? 0, now + delayMs * (0.5 + random()));
    if (delayMs > 0) bites.delayed += 1;
    if (sliceBytes > 0 && typeof chunk !== 'string' && chunk.length > sliceBytes) {
      bites.sliced += 1;
      const size = Math.max(sliceBytes, Math.ceil(chunk.length / MOST_SLICES));
      for (let at = 0, n = 0; at < chunk.length; at += size, n++)
        waiting.push({ chunk: chunk.subarray(at, at + size), dueAt: dueAt + n * SLICE_EVERY_MS });
    } else waiting.push({ chunk, dueAt });
    plan();
  }

  function plan(): void {
    const [next] = waiting;
    if (timer !== undefined || next === undefined || spoil().hole !== undefined) return;
    timer = setTimeout(flush, Math.max(0, next.dueAt - performance.now()));
  }
  function flush(): void {
    timer = undefined;
    if (spoil().hole !== undefined) return;
    const now = performance.now() + 0.5;
    for (let next = waiting[0]; next !== undefined && next.dueAt <= now; next = waiting[0]) {
      waiting.shift();
      put(next.chunk);
    }
    plan();
  }
  function put(chunk: Thing['chunk']): void {
    if (chunk === 'gone') return gone();
    if (to.destroyed) return;
    if (chunk === 'end') to.end();
    else to.write(chunk);
  }

  from.on('data', (chunk: Buffer) => {
    look(chunk);
    take(chunk);
  });
  from.on('end', () => take('end'));
  from.on('error', () => take('gone'));
  return {
    release() {
      for (let index = 0; index < waiting.length; index++) {
        const one = waiting[index];
        if (one !== undefined) waiting[index] = { ...one, dueAt: 0 };
      }
      plan();
    },
  };
}
