// One person's network: a proxy in front of the api and one in front of the rooms, spoiled and mended together. What the
// client's programme is given instead of the real addresses. Called by journeys and fault tests.
import { colyseusSocket, type OpenSocket } from '../../client/socket.ts';
import { openProxy, type TestProxy } from './proxy.ts';

export type Network = {
  /** The api's address as seen through this network. */
  readonly url: string;
  readonly open: OpenSocket;
  readonly api: TestProxy;
  readonly room: TestProxy;
  blackhole(): void;
  refuse(): Promise<void>;
  cut(): void;
  mend(): Promise<void>;
  close(): Promise<void>;
};

/** A network that passes everything, to the system whose api is at `url`. */
export async function openNetwork(url: string): Promise<Network> {
  const api = await openProxy(new URL(url).host);
  const room = await openProxy(new URL(url).host);
  const through = `http://${api.address}`;
  const openReal = colyseusSocket(through);
  const both = [api, room];
  return {
    url: through,
    open(reservation, handlers) {
      if (reservation.publicAddress !== undefined) room.aim(reservation.publicAddress);
      return openReal({ ...reservation, publicAddress: room.address }, handlers);
    },
    api,
    room,
    blackhole() {
      for (const proxy of both) proxy.blackhole();
    },
    async refuse() {
      await Promise.all(both.map((proxy) => proxy.refuse()));
    },
    cut() {
      for (const proxy of both) proxy.cut();
    },
    async mend() {
      await Promise.all(both.map((proxy) => proxy.pass()));
    },
    async close() {
      await Promise.all(both.map((proxy) => proxy.close()));
    },
  };
}

/** The frame with which a WebSocket server closes: unmasked, the code alone. */
export function closeFrame(code: number): Uint8Array {
  return new Uint8Array([0x88, 2, code >> 8, code & 0xff]);
}
