// Those who watch in bench:monitor, in a process of their own: each has one stream of events, reads everything, and counts.
import { type ClientRequest, request } from 'node:http';
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

/** Resolves with the snapshot. */
function open(url: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { authorization: `Bearer ${token}` }, agent: false });
    const watcher: Watcher = { sent, isOpen: false };
    watchers.push(watcher);
    sent.on('error', reject).on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`a stream was refused: ${response.statusCode}`));
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
          resolve();
        }
      });
    });
    sent.end();
  });
}
