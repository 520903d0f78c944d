// Measures the peer of bench:rooms: the same frames at the same rate over as many sockets, sent back by a bare server.
// Called by rooms.ts.
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
      const item = 1 + (next % ITEM_COUNT);
      const answers = [{ item, revision: 1_000_000 + next, response: responseTo(item, next) }];
      echo.sentAt.push(now);
      echo.socket.write(clientFrame(messageBytes('answer.save', { answers })));
    }
  }, TICK_MS);
  return () => clearInterval(timer);
}
