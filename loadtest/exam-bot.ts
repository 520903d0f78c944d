// The script of the published load test command, @colyseus/loadtest: each of its clients is an examinee who goes through
// `enter`, answers every item with a change of mind here and there, submits and leaves. The command lets them join one
// after another; storm.ts is for crowds. It takes its order from its parent process, and is started by loadtest.ts alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { cli } from '@colyseus/loadtest';
import { Client } from '@colyseus/sdk';
import { type BotNews, BotOrder } from './bot-messages.ts';
import { createMeasurements } from './measurements.ts';
import { between, seededRandom } from './random.ts';
import { anyResponse } from './rehearsal-paper.ts';
import { percentiles } from './report.ts';
import { type Sitting, sit } from './sitting.ts';

const PAUSE_MS = { least: 10, most: 60 } as const;
const CHANGE_RATE = 0.1;

const measurements = createMeasurements();
const errors: string[] = [];
let begun = 0;
let submitted = 0;

/** The command counts joins by name: what spends a reservation is led through one that it counts. */
function letCommandCount(): void {
  const consume = Client.prototype.consumeSeatReservation;
  const counted = { joinById: (client: Client, reservation: never) => consume.call(client, reservation) };
  Client.prototype.joinById = function (this: Client, reservation: string) {
    return counted.joinById(this, reservation as never) as never;
  };
  Client.prototype.consumeSeatReservation = function (this: Client, reservation: unknown) {
    return this.joinById(reservation as string) as never;
  };
}

function run(order: BotOrder): void {
  const sittings: Promise<void>[] = [];
  letCommandCount();
  cli(async ({ clientId }) => {
    try {
      const sitting = await enter(order, clientId);
      sittings.push(sitAndReport(order, sitting, clientId));
    } catch (error) {
      errors.push(sentenceOf(error));
      throw error; // The command counts it, too.
    } finally {
      begun += 1;
      if (begun === order.codes.length) void finish(sittings);
    }
  });
}

function enter({ url, codes }: BotOrder, clientId: number): Promise<Sitting> {
  const code = codes[clientId];
  if (code === undefined) throw new RangeError(`there is no code for bot ${clientId}`);
  return sit({ url, code, deviceKey: `loadtest-${process.pid}-${clientId}`, measurements });
}

/** Never rejects: what fails is counted, here and by the command. */
async function sitAndReport(order: BotOrder, sitting: Sitting, clientId: number): Promise<void> {
  try {
    await answerAll(order, sitting, clientId);
    await sitting.submit(order.limitMs);
    submitted += 1;
  } catch (error) {
    errors.push(sentenceOf(error));
    console.error(sentenceOf(error));
  } finally {
    await sitting.leave();
  }
}

async function answerAll({ limitMs }: BotOrder, sitting: Sitting, clientId: number): Promise<void> {
  const random = seededRandom(`bot ${clientId}`);
  await sitting.running(limitMs);
  const { items } = await sitting.session.paper();
  for (const item of items) {
    sitting.answer(item.number, anyResponse(item, random));
    await sleep(between(random, PAUSE_MS.least, PAUSE_MS.most));
    if (random() < CHANGE_RATE) sitting.answer(item.number, anyResponse(item, random));
  }
  await sitting.unsavedAtMost(0, limitMs);
}

async function finish(sittings: readonly Promise<void>[]): Promise<void> {
  tell({ type: 'entered', count: sittings.length });
  await Promise.all(sittings);
  const { sent, saved, overtaken, ackMs, enterMs, refused } = measurements;
  for (const [code, count] of refused) errors.push(`${code} was refused ${count} times`);
  tell({
    ...{ type: 'done', submitted, answersSent: sent - overtaken, answersSaved: saved, errors },
    ...{ ackMs: percentiles(ackMs), enterMs: percentiles(enterMs) },
  });
}

function tell(news: BotNews): void {
  process.send?.(news);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

if (process.send === undefined) {
  process.stderr.write('examhall: these are the bots of `npm run loadtest -- --numClients N`, which starts them.\n');
  process.exit(1);
}
process.once('message', (message) => run(BotOrder.parse(message)));
process.once('disconnect', () => process.exit(1)); // The parent is gone, and nobody would end us.
