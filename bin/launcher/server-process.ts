// An examhall process as a child: Node with its roles, address and stores in the environment.
// Must never pass on a MONGODB_URL, REDIS_URL or EXAMHALL_ setting that its caller did not choose. Called by system.ts.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildSpec } from './child.ts';
import { serverArguments } from './server-command.ts';

export type Role = 'api' | 'rooms' | 'workers';

export type ServerProcess = {
  name: string;
  roles: readonly Role[];
  port: number;
  /** Where clients reach it, where that is another address than its own. */
  publicAddress?: string;
};

export type ServerSurroundings = {
  folder: string;
  mongodbUrl: string;
  redisUrl: string;
  secret: string;
  /** The address that people open, where a balancer stands in front. */
  publicUrl?: string;
  /** host:port of all rooms processes, and of all that serve the api and its pages. */
  roomAddresses: readonly string[];
  pageAddresses: readonly string[];
  /** The tree whose server.ts runs; this one unless given. */
  root?: string;
  env: Record<string, string>;
};

const HOST = '127.0.0.1';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Well within the time after which a child is killed. */
const DRAIN_SECONDS = 8;

/** Where clients reach this one. */
export function addressOf({ port, publicAddress }: Pick<ServerProcess, 'port' | 'publicAddress'>): string {
  return publicAddress ?? `${HOST}:${port}`;
}

/** The child: the api stops first, then the rooms, which hand their last answers to the workers, then those, then the stores. */
export function serverSpec(server: ServerProcess, around: ServerSurroundings): ChildSpec {
  return {
    name: server.name,
    stage: stageOf(server.roles),
    command: process.execPath,
    args: serverArguments(around.root ?? ROOT),
    env: { ...inherited(), ...settings(server, around), ...around.env },
    output: { kind: 'file', path: join(around.folder, `${server.name}.log`) },
    ready: { kind: 'message' },
    readyLimitMs: 60_000,
    stopLimitMs: 20_000,
  };
}

function settings(server: ServerProcess, around: ServerSurroundings): Record<string, string> {
  return {
    NODE_ENV: process.env.NODE_ENV || 'development',
    EXAMHALL_VIRUS_HOOK: 'off', // who plays with a system of the launcher's own brings no scanner
    MONGODB_URL: around.mongodbUrl,
    REDIS_URL: around.redisUrl,
    EXAMHALL_ROLES: server.roles.join(','),
    EXAMHALL_HOST: HOST,
    EXAMHALL_PORT: String(server.port),
    EXAMHALL_SECRET: around.secret,
    EXAMHALL_DATA_DIR: join(around.folder, 'files'),
    ...(around.publicUrl === undefined ? {} : { EXAMHALL_PUBLIC_URL: around.publicUrl }),
    EXAMHALL_DRAIN_SECONDS: String(DRAIN_SECONDS),
    ...(server.roles.includes('rooms')
      ? { EXAMHALL_PUBLIC_ADDRESS: addressOf(server), EXAMHALL_ORIGINS: originsOf(around.pageAddresses) }
      : {}),
    ...(server.roles.includes('api') ? { EXAMHALL_ROOM_ADDRESSES: around.roomAddresses.join(',') } : {}),
  };
}

/** Pages open sockets to rooms processes, whose port is another one: by the name localhost, too. */
function originsOf(addresses: readonly string[]): string {
  return addresses
    .flatMap((address) => [`http://${address}`, `http://${address.replace(HOST, 'localhost')}`])
    .join(',');
}

function stageOf(roles: readonly Role[]): number {
  if (roles.includes('api')) return 3;
  return roles.includes('rooms') ? 2 : 1;
}

/** Settings that say nothing of a place: whoever starts a system of the launcher's may give it these. */
const GIVEN_ON = ['EXAMHALL_START_AHEAD_SECONDS'];

function inherited(): NodeJS.ProcessEnv {
  const foreign = (key: string) =>
    (key.startsWith('EXAMHALL_') && !GIVEN_ON.includes(key)) || key === 'MONGODB_URL' || key === 'REDIS_URL';
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign(key)));
}
