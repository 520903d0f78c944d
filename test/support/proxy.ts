// A TCP proxy that a test can spoil: what a bad network does to one connection between real programmes. It never changes
// what passes, but for a frame that a test puts in by itself, and reads of it only whether it asks for a WebSocket. Called by network.ts.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type TestProxy = {
  /** host:port at which it listens; stays the same for its life. */
  readonly address: string;
  /** Where the next connections lead, host:port. */
  aim(address: string): void;
  /** The next connections leave by this address of the machine. */
  leaveBy(localAddress: string): void;
  /** Everything passes again, also what was held back. */
  pass(): Promise<void>;
  /** Connections stay open and nothing passes, in neither direction: not even that one side has closed. */
  blackhole(): void;
  /** Ends what is open, and refuses what comes, until `pass`. */
  refuse(): Promise<void>;
  /** Ends every WebSocket, and each request for one, until `pass`; everything else passes. */
  blockSockets(): void;
  /** Ends what is open, without a goodbye; what comes afterwards passes. */
  cut(): void;
  /** Sends these bytes to every client, as if they came from the server. */
  inject(bytes: Uint8Array): void;
  /** Everything that has come from the server, of all connections. */
  received(): Buffer;
  openCount(): number;
  close(): Promise<void>;
};

type Pair = { readonly client: Socket; readonly server: Socket; isWebSocket: boolean };

const UPGRADE = /^GET [^\r]+\r\n(?:[^\r]+\r\n)*upgrade: websocket\r\n/i;

/** Listens on a free port of 127.0.0.1. */
export async function openProxy(target: string): Promise<TestProxy> {
  const pairs = new Set<Pair>();
  const chunks: Buffer[] = [];
  let aimed = target;
  let local: { localAddress?: string } = {};
  let mode: 'pass' | 'blackhole' | 'no-sockets' = 'pass';
  const listener = createServer({ pauseOnConnect: true }, join);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  function join(client: Socket): void {
    const [host = '', toPort = ''] = aimed.split(':');
    const server = connect({ host, port: Number(toPort), ...local });
    const pair: Pair = { client, server, isWebSocket: false };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client.on('data', (chunk: Buffer) => {
      pair.isWebSocket ||= UPGRADE.test(chunk.toString('latin1'));
      if (pair.isWebSocket && mode === 'no-sockets') end();
      else server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      client.write(chunk);
    });
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    if (mode === 'blackhole') for (const socket of [client, server]) socket.pause();
    else client.resume();
  }
  const eachSocket = (call: (socket: Socket) => void) => {
    for (const { client, server } of [...pairs]) for (const socket of [client, server]) call(socket);
  };
  const cut = () => eachSocket((socket) => socket.resetAndDestroy());
  const stopListening = async () => {
    if (!listener.listening) return;
    const closed = once(listener, 'close');
    listener.close();
    cut();
    await closed;
  };

  return {
    address: `127.0.0.1:${port}`,
    aim(address) {
      aimed = address;
    },
    leaveBy(localAddress) {
      local = { localAddress };
    },
    async pass() {
      mode = 'pass';
      eachSocket((socket) => socket.resume());
      if (listener.listening) return;
      listener.listen(port, '127.0.0.1');
      await once(listener, 'listening');
    },
    blackhole() {
      mode = 'blackhole';
      eachSocket((socket) => socket.pause());
    },
    blockSockets() {
      mode = 'no-sockets';
      for (const { client, server, isWebSocket } of [...pairs])
        if (isWebSocket) for (const socket of [client, server]) socket.resetAndDestroy();
    },
    refuse: stopListening,
    cut,
    inject(bytes) {
      for (const { client } of pairs) client.write(bytes);
    },
    received: () => Buffer.concat(chunks),
    openCount: () => pairs.size,
    close: stopListening,
  };
}
