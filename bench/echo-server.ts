// The peer of bench:rooms, in a process of its own: a WebSocket server that sends each message back and does nothing
// else. What a message costs here, no room can save.
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { serveOrders } from './child.ts';

export type EchoOrder = { readonly order: 'listen' };
export type EchoReply = { readonly port: number };

serveOrders<EchoOrder, EchoReply>(async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
  await new Promise<void>((resolve) => server.once('listening', resolve));
  return { port: (server.address() as AddressInfo).port };
});
