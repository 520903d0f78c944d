// A WebSocket on a bare TCP socket: the upgrade, frames both ways, pongs. It knows nothing of rooms. Called by
// raw-client.ts and by the echo that the rooms are compared with.
import { connect, type Socket } from 'node:net';
import { clientFrame, createFrameReader, OPCODE } from './frames.ts';

/** Payloads are valid until `payload` returns. `closed` comes once, also where the socket never opened. */
export type RawSocketHandlers = { payload(bytes: Buffer, socket: RawSocket): void; closed(code: number): void };

export type RawSocket = {
  /** Sends a frame made by clientFrame. */
  write(frame: Buffer): void;
  isOpen(): boolean;
  close(): void;
};

const ABNORMAL = 1006;
/** Any 16 bytes in base64 will do: nobody here checks what the server makes of them. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** Opens it at `address` (host:port). Rejects where the server does not upgrade. */
export function openRawSocket(address: string, path: string, handlers: RawSocketHandlers): Promise<RawSocket> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const opened = rawSocket(socket);
    let code = ABNORMAL;
    let head: Buffer | undefined = Buffer.alloc(0);
    const read = createFrameReader((opcode, payload) => {
      if (opcode === OPCODE.ping) socket.write(clientFrame(payload, OPCODE.pong));
      else if (opcode === OPCODE.close) {
        code = payload.length >= 2 ? payload.readUInt16BE(0) : ABNORMAL;
        socket.end();
      } else handlers.payload(payload, opened);
    });
    socket.on('connect', () => socket.write(upgradeRequest(address, path)));
    socket.on('data', (chunk: Buffer) => {
      if (head === undefined) return read(chunk);
      const bytes = Buffer.concat([head, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      head = bytes;
      if (end < 0) return;
      head = undefined;
      const status = bytes.toString('latin1', 0, bytes.indexOf('\r\n'));
      if (!status.includes(' 101 ')) return void socket.destroy(new Error(`no upgrade: ${status}`));
      resolve(opened);
      if (end + 4 < bytes.length) read(bytes.subarray(end + 4));
    });
    socket.on('error', reject); // after it has opened nobody waits any more; `close` follows and says it
    socket.on('close', () => {
      reject(new Error('closed before it opened'));
      handlers.closed(code);
    });
  });
}

function rawSocket(socket: Socket): RawSocket {
  return {
    write: (frame) => void socket.write(frame),
    isOpen: () => socket.writable,
    close: () => void socket.destroy(),
  };
}

function upgradeRequest(address: string, path: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${address}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
