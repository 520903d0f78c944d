// Free TCP ports on 127.0.0.1 that stay the same when a child starts again. Called by redis.ts, engine.ts and system.ts.
// Taken from below the range that the kernel gives to outgoing connections, so that none of those sits on it after a restart.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 12_000;
const HIGHEST = 32_000;
/** Ports that one launcher takes in turn: between looking and listening another one, with other ports, cannot come. */
const BLOCK = 200;

const own = LOWEST + (process.pid % ((HIGHEST - LOWEST) / BLOCK)) * BLOCK;
let next = randomInt(BLOCK);

/** A port on which nobody listened a moment ago, of the own ones; where all of these are taken, any. */
export async function freePort(): Promise<number> {
  for (let tries = 0; ; tries++) {
    const port = tries < BLOCK ? own + next : randomInt(LOWEST, HIGHEST);
    next = (next + 1) % BLOCK;
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}
