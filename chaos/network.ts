// One network between some people and the system: a link to the api and one to each rooms process, spoiled and mended
// together. People's programmes get its addresses in place of the real ones. Called by hall.ts.
import { colyseusSocket, type OpenSocket } from '../client/socket.ts';
import type { Random } from '../loadtest/random.ts';
import { type Bites, type FaultProxy, openFaultProxy, type Spoil, type Tap } from './proxy.ts';
import type { Way } from './schedule.ts';

export type Network = {
  /** The api as seen through this network. */
  readonly url: string;
  readonly open: OpenSocket;
  /** Of all its links together. */
  bites(): Bites;
  spoil(way: Way, spoil: Spoil): void;
  pass(): void;
  cut(): void;
  /** Ports at which its links listen. */
  ports(): readonly number[];
  close(): Promise<void>;
};

type NetworkOptions = {
  readonly api: string;
  readonly rooms: readonly string[];
  readonly random: Random;
  readonly tap: Tap;
};

/** A network that passes everything. */
export async function openNetwork({ api, rooms, random, tap }: NetworkOptions): Promise<Network> {
  const toApi = await openFaultProxy({ target: api, random }); // its connections are of whoever comes next
  const toRooms = new Map<string, FaultProxy>();
  for (const address of rooms) toRooms.set(address, await openFaultProxy({ target: address, random, tap }));
  const all = [toApi, ...toRooms.values()];
  const url = `http://${toApi.address}`;
  const openReal = colyseusSocket(url);
  return {
    url,
    open(reservation, handlers) {
      const link = toRooms.get(reservation.publicAddress ?? '');
      if (link === undefined) throw new RangeError(`a reservation names ${reservation.publicAddress}, which is nobody`);
      return openReal({ ...reservation, publicAddress: link.address }, handlers);
    },
    bites: () => sumOf(all.map(({ bites }) => bites)),
    spoil(way, spoil) {
      for (const proxy of all) proxy.spoil(way, spoil);
    },
    pass() {
      for (const proxy of all) proxy.pass();
    },
    cut() {
      for (const proxy of all) proxy.cut();
    },
    ports: () => all.map(({ address }) => Number(address.split(':')[1])),
    async close() {
      await Promise.all(all.map((proxy) => proxy.close()));
    },
  };
}

/** What several links have done together. */
export function sumOf(all: readonly Readonly<Bites>[]): Bites {
  const sum: Bites = { cut: 0, held: 0, delayed: 0, sliced: 0 };
  for (const bites of all) for (const kind of ['cut', 'held', 'delayed', 'sliced'] as const) sum[kind] += bites[kind];
  return sum;
}
