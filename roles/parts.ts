// What the roles of a process share: its connections, and the parts that it stops in the opposite order of their start.
// Imported by the roles and by the composition root.
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import type { LogOrders } from '../log-orders.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Store } from '../store/open-store.ts';

/** `renew`: on SIGHUP; `flip`: on SIGUSR2. */
export type Part = { readonly name: string; stop(): Promise<void>; renew?(): void; flip?(): void };

export type Serving = {
  readonly port: number;
  /** Hands over what other processes can have, while everything still serves. Bounded; twice does not help. */
  drain(): Promise<void>;
};

export type Connections = {
  readonly store: Store;
  readonly redis: Redis;
  /** For BullMQ alone: it puts its scripts on a connection, and whatever is pipelined there would carry them all. */
  readonly queueRedis: Redis;
  readonly blobs: BlobStore;
  readonly metrics: Registry;
  now(): number;
  mayTakeRooms(): boolean;
  /** Under which monitors see this process, and what they see of its log. */
  readonly processId: string;
  readonly logLevel: LogOrders['current'];
};
