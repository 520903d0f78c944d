// Measures the peers of the benches: the same frames over as many sockets, sent back by a bare server, at a steady rate or
// all at once. Called by rooms.ts, board.ts and controls.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Percentiles, percentiles } from '../loadtest/report.ts';
import { startChild } from './child.ts';
import { ITEM_COUNT, responseTo } from './documents.ts';
import type { EchoOrder, EchoReply } from './echo-server.ts';
import { clientFrame } from './frames.ts';
import { readProcesses, spentBetween } from './processes.ts';
import { messageBytes } from './raw-client.ts';
import { openRawSocket, type RawSocket } from './raw-socket.ts';

export type EchoFigures = { readonly rate: number; readonly latencyMs: Percentiles; readonly usPerMessage: number };

const TICK_MS = 2;

type EchoStep = {
  readonly clients: number;
  readonly rate: number;
  readonly warmMs: number;
  readonly measureMs: number;
};

/** Runs the echo at this rate, and ends it. */
export async function measureEcho({ clients, rate, warmMs, measureMs }: EchoStep): Promise<EchoFigures> {
  const server = startChild<EchoOrder, EchoReply>('echo-server.ts');
  const samples: number[] = [];
  let echoed = 0;
  try {
    const { port } = await server.ask({ order: 'listen' });
    const sockets = await Promise.all(Array.from({ length: clients }, () => openEcho(port, heard)));
    const stop = startSending(sockets, rate);
    await sleep(warmMs);
    samples.length = 0;
    const before = readProcesses({ echo: server.pid });
    const count = echoed;
    await sleep(measureMs);
    const { totalMs } = spentBetween(before, readProcesses({ echo: server.pid }));
    const messages = echoed - count;
    stop();
    for (const { socket } of sockets) socket.close();
    const usPerMessage = messages === 0 ? 0 : Math.round((totalMs * 1_000) / messages);
    return { rate, latencyMs: percentiles(samples), usPerMessage };
  } finally {
    await server.stop();
  }

  function heard(sentAt: number): void {
    echoed++;
    samples.push(performance.now() - sentAt);
  }
}

/** One message over each of so many sockets at the same moment, so often: all latencies, and first to last of the worst burst. */
export type BurstFigures = { readonly clients: number; readonly latencyMs: Percentiles; readonly skewMs: number };

const BURST_LIMIT_MS = 10_000;
const BETWEEN_BURSTS_MS = 300;

/** Runs the bursts. The first one warms up and is not counted. */
export async function measureBurst(clients: number, bursts: number): Promise<BurstFigures> {
  const server = startChild<EchoOrder, EchoReply>('echo-server.ts');
  let back: number[] = [];
  try {
    const { port } = await server.ask({ order: 'listen' });
    const heard = (sentAt: number) => back.push(performance.now() - sentAt);
    const sockets = await Promise.all(Array.from({ length: clients }, () => openEcho(port, heard)));
    const all: number[] = [];
    const skews: number[] = [];
    for (let burst = 0; burst <= bursts; burst++) {
      back = [];
      const now = performance.now();
      for (const [index, echo] of sockets.entries()) sendEcho(echo, index, now);
      while (back.length < clients) {
        if (performance.now() - now > BURST_LIMIT_MS) throw new Error(`${back.length} of ${clients} echoes came`);
        await sleep(TICK_MS);
      }
      if (burst > 0) all.push(...back);
      if (burst > 0) skews.push(Math.max(...back) - Math.min(...back));
      await sleep(BETWEEN_BURSTS_MS);
    }
    for (const { socket } of sockets) socket.close();
    return { clients, latencyMs: percentiles(all), skewMs: Math.max(...skews) };
  } finally {
    await server.stop();
  }
}

/** Echoes come back in the order of sending, so a queue of instants is enough. */
type EchoSocket = { readonly socket: RawSocket; readonly sentAt: number[] };

async function openEcho(port: number, heard: (sentAt: number) => void): Promise<EchoSocket> {
  const sentAt: number[] = [];
  const payload = () => heard(sentAt.shift() ?? Number.NaN);
  const socket = await openRawSocket(`127.0.0.1:${port}`, '/', { payload, closed: () => {} });
  return { socket, sentAt };
}

function startSending(sockets: readonly EchoSocket[], rate: number): () => void {
  let next = 0;
  let due = 0;
  let lastAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - lastAt) / 1_000) * rate, rate / 4);
    lastAt = now;
    for (; due >= 1; due--) {
      const echo = sockets[next++ % sockets.length];
      if (echo === undefined) return;
      sendEcho(echo, next, now);
    }
  }, TICK_MS);
  return () => clearInterval(timer);
}

function sendEcho({ sentAt, socket }: EchoSocket, n: number, now: number): void {
  const item = 1 + (n % ITEM_COUNT);
  const answers = [{ item, revision: 1_000_000 + n, response: responseTo(item, n) }];
  sentAt.push(now);
  socket.write(clientFrame(messageBytes('answer.save', { answers })));
}
