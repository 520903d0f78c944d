// What may lie between examhall and a store: a wire that is slow, hangs, breaks, or leads to another store from now on. It
// changes nothing of what passes. MongoDB's messages are counted, because each names its own length. Called by fault tests.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type StoreProxy = {
  readonly port: number;
  /** Everything that passes from now on takes so much longer, each way. */
  lag(ms: number): void;
  /** Nothing passes in either direction, connections stay; until `pass`. */
  hang(): void;
  /** What was held back passes, and what comes. */
  pass(): void;
  /** Ends what is open without a goodbye; what comes afterwards leads there. */
  flip(target: string): void;
  /** Messages of MongoDB's protocol that clients have sent, so far. */
  requests(): number;
  /** Bytes that have passed to the store, so far. */
  bytes(): number;
  openCount(): number;
  close(): Promise<void>;
};

type Wire = { readonly client: Socket; readonly store: Socket };

/** `target` is host:port, or a socket's path. Listens on a free port of 127.0.0.1. */
export async function openStoreProxy(target: string): Promise<StoreProxy> {
  const wires = new Set<Wire>();
  let aimed = target;
  let lagMs = 0;
  let isHanging = false;
  let requests = 0;
  let bytes = 0;
  const listener = createServer(join);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  function join(client: Socket): void {
    const store = connect(optionsOf(aimed));
    const wire = { client, store };
    wires.add(wire);
    const count = messageCounter();
    carry(client, store, (chunk) => {
      bytes += chunk.length;
      requests += count(chunk);
    });
    carry(store, client, () => undefined);
    const end = () => {
      wires.delete(wire);
      client.destroy();
      store.destroy();
    };
    for (const socket of [client, store]) {
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
      if (isHanging) socket.pause();
    }
  }

  /** In its order, whatever the lag was before. */
  function carry(from: Socket, to: Socket, seen: (chunk: Buffer) => void): void {
    let freeAt = 0;
    from.on('data', (chunk: Buffer) => {
      seen(chunk);
      const at = Math.max(performance.now() + lagMs, freeAt);
      freeAt = at;
      const waitMs = at - performance.now();
      if (waitMs <= 0) to.write(chunk);
      else setTimeout(() => to.write(chunk), waitMs);
    });
  }

  const eachSocket = (call: (socket: Socket) => void) => {
    for (const { client, store } of [...wires]) for (const socket of [client, store]) call(socket);
  };
  return {
    port,
    lag(ms) {
      lagMs = ms;
    },
    hang() {
      isHanging = true;
      eachSocket((socket) => socket.pause());
    },
    pass() {
      isHanging = false;
      eachSocket((socket) => socket.resume());
    },
    flip(next) {
      aimed = next;
      eachSocket((socket) => socket.resetAndDestroy());
    },
    requests: () => requests,
    bytes: () => bytes,
    openCount: () => wires.size,
    async close() {
      listener.close();
      for (const { client, store } of [...wires]) for (const socket of [client, store]) socket.destroy();
      await once(listener, 'close');
    },
  };
}

function optionsOf(target: string): { path: string } | { host: string; port: number } {
  if (target.startsWith('/')) return { path: target };
  const { hostname, port } = new URL(`tcp://${target}`);
  return { host: hostname, port: Number(port) };
}

/** How many messages of MongoDB's protocol begin in each chunk of one connection. */
function messageCounter(): (chunk: Buffer) => number {
  let left = 0;
  let head = Buffer.alloc(0);
  return (chunk) => {
    let count = 0;
    let at = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const step = Math.min(left, chunk.length - at);
        left -= step;
        at += step;
        continue;
      }
      const step = Math.min(4 - head.length, chunk.length - at);
      head = Buffer.concat([head, chunk.subarray(at, at + step)]);
      at += step;
      if (head.length < 4) break;
      left = Math.max(0, head.readInt32LE(0) - 4);
      head = Buffer.alloc(0);
      count++;
    }
    return count;
  };
}

/** Where the store of this URL listens, as a proxy's target. */
export function targetOf(url: string): string {
  const [, host = ''] = /^[a-z]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url) ?? [];
  return decodeURIComponent(host);
}

/** The same URL through this proxy. */
export function through(url: string, { port }: StoreProxy): string {
  return url.replace(/^([a-z]+:\/\/(?:[^@/]*@)?)[^/?]+/, `$1127.0.0.1:${port}`);
}
