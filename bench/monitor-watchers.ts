// Those who watch in bench:monitor, in a process of their own: each has one stream of events, reads everything, and counts.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveOrders } from './child.ts';

/** `open` adds streams, one for each token; `report` counts since the last report. */
export type WatchersOrder =
  | { readonly order: 'open'; readonly url: string; readonly tokens: readonly string[] }
  | { readonly order: 'report' };

export type WatchersReply = {
  /** Streams that are there and have had their snapshot. */
  readonly open: number;
  readonly events: number;
  readonly resets: number;
  readonly bytes: number;
  readonly ms: number;
};

type Watcher = { readonly sent: ClientRequest; isOpen: boolean };

const EVENT = /^event: (\w+)$/gm;
const watchers: Watcher[] = [];
let counted = { events: 0, resets: 0, bytes: 0, since: performance.now() };

serveOrders<WatchersOrder, WatchersReply>(async (order) => {
  if (order.order === 'open') await Promise.all(order.tokens.map((token) => open(order.url, token)));
  const { since, ...counts } = counted;
  counted = { events: 0, resets: 0, bytes: 0, since: performance.now() };
  return { open: watchers.filter(({ isOpen }) => isOpen).length, ...counts, ms: performance.now() - since };
});

const TRIES = 10;

/** Resolves with the snapshot. Who is told to come again later does. */
async function open(url: string, token: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const laterMs = await opened(url, token);
    if (laterMs === 0) return;
    if (tries === TRIES) throw new Error('a stream was refused again and again');
    await sleep(laterMs);
  }
}

/** Resolves with 0 when the snapshot is there, else with the time after which to come again. */
function opened(url: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { authorization: `Bearer ${token}` }, agent: false });
    sent.on('error', reject).on('response', (response) => {
      if (response.statusCode === 200) return listen(response, { sent, isOpen: false }, () => resolve(0));
      response.resume();
      const after = Number(response.headers['retry-after']);
      if (after > 0) resolve(after * 1_000);
      else reject(new Error(`a stream was refused: ${response.statusCode}`));
    });
    sent.end();
  });
}

function listen(response: IncomingMessage, watcher: Watcher, begun: () => void): void {
  watchers.push(watcher);
  response.on('close', () => {
    watcher.isOpen = false;
  });
  response.setEncoding('latin1').on('data', (text: string) => {
    counted.bytes += text.length;
    for (const [, event] of text.matchAll(EVENT)) {
      counted.events++;
      if (event === 'reset') counted.resets++;
      if (event !== 'snapshot') continue;
      watcher.isOpen = true;
      begun();
    }
  });
}
