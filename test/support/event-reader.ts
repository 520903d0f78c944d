// A reader of server-sent events over HTTP, with TLS or without, that can also stop reading, or go away. Called by the tests of streams.
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

export type ReadEvent = { readonly event: string; readonly id: string; readonly data: unknown };
export type EventReader = {
  readonly status: number;
  readonly events: readonly ReadEvent[];
  /** Lines that are no events: heartbeats. */
  readonly comments: readonly string[];
  /** The last id, as a browser would send it. */
  lastId(): string;
  /** The next event that passes and was not taken yet. */
  next(event: string, passes?: (data: never) => boolean): Promise<ReadEvent>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  pause(): void;
  resume(): void;
  close(): void;
};

const PATIENCE_MS = 15_000;
const LOOK_MS = 10;

/** Resolves with the headers. */
export async function readEvents(url: string, token: string, lastEventId = ''): Promise<EventReader> {
  const headers = { authorization: `Bearer ${token}`, ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) };
  const request = url.startsWith('https:') ? requestSecure : requestPlain;
  const sent = request(url, { headers, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject).end();
  });
  sent.on('error', () => {}); // it was cut off, which `ended` tells
  const events: ReadEvent[] = [];
  const comments: string[] = [];
  const taken = new Set<ReadEvent>();
  let rest = '';
  let id = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) take(block);
  });
  response.on('error', () => {}); // the same

  function take(block: string): void {
    const lines = new Map(
      block.split('\n').map((line) => [line.split(': ')[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
    );
    if (lines.has('')) comments.push(block);
    id = lines.get('id') ?? id;
    const event = lines.get('event');
    if (event !== undefined) events.push({ event, id, data: JSON.parse(lines.get('data') ?? 'null') });
  }

  return {
    ...{ status: response.statusCode ?? 0, events, comments },
    lastId: () => id,
    async next(event, passes = () => true) {
      for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
        const found = events.find((one) => one.event === event && !taken.has(one) && passes(one.data as never));
        if (found !== undefined) {
          taken.add(found);
          return found;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      throw new Error(`no ${event} came, only ${events.map((one) => one.event).join(' ')}`);
    },
    ended: new Promise((resolve) => response.once('close', resolve)),
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    close: () => void sent.destroy(),
  };
}
