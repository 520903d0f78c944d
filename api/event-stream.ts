// One server-sent-events response: writes events and heartbeats, and cuts off who does not read. What one reader may leave
// unread is bounded, in bytes and in time; who was cut off comes back with the last id. Called by the monitor.
import type { Response } from 'express';

export type EventStream = {
  /** Sends these events at once; `allowance`: bytes that the reader may leave unread beside the usual. */
  send(events: string, allowance?: number): void;
  /** Looks after it every few seconds: a heartbeat, and whether it reads at all. */
  beat(): void;
  end(): void;
  isOpen(): boolean;
};

export const MOST_UNREAD_BYTES = 1024 * 1024;
export const UNREAD_FOR_MS = 30_000;
const RETRY_MS = 1_000;
const RETRY_JITTER_MS = 2_000;

/** An event as it is written; `id` is what the reader comes back with. */
export function eventText(event: string, data: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/** Sends the headers. `closed` is called once, whoever ends it. */
export function openEventStream(response: Response, closed: () => void): EventStream {
  let allowance = 0;
  let unreadSince = 0;
  let isOpen = !response.destroyed;
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.once('close', () => {
    isOpen = false;
    closed();
  });
  response.on('drain', () => {
    unreadSince = 0;
    allowance = 0;
  });
  response.flushHeaders();
  // With a jitter: all of a process that died come back elsewhere.
  response.write(`retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_JITTER_MS)}\n\n`);

  function write(text: string): void {
    if (!isOpen) return;
    const isStuck = unreadSince !== 0 && performance.now() - unreadSince > UNREAD_FOR_MS;
    if (isStuck || response.writableLength > MOST_UNREAD_BYTES + allowance) {
      isOpen = false;
      response.destroy();
      return;
    }
    if (!response.write(text) && unreadSince === 0) unreadSince = performance.now();
  }

  return {
    send(events, extra = 0) {
      allowance = Math.max(allowance, extra);
      write(events);
    },
    beat: () => write(': alive\n\n'),
    end() {
      if (isOpen) response.end();
      isOpen = false;
    },
    isOpen: () => isOpen,
  };
}
