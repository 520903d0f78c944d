// What the bots' runner and the process of the published command say to each other, over the channel between parent and
// child: codes and addresses never stand in arguments. Called by loadtest.ts and exam-bot.ts.
import { z } from 'zod';

/** To the bots: where to, and with which codes, one for each bot in their order. */
export const BotOrder = z.object({
  type: z.literal('order'),
  url: z.string(),
  codes: z.array(z.string()),
  limitMs: z.number(),
});
export type BotOrder = z.infer<typeof BotOrder>;

const Figure = z.number().nullable();

/** From the bots: all have entered (or failed to), and then: all are done. */
export const BotNews = z.discriminatedUnion('type', [
  z.object({ type: z.literal('entered'), count: z.number() }),
  z.object({
    type: z.literal('done'),
    submitted: z.number(),
    answersSent: z.number(),
    answersSaved: z.number(),
    ackMs: z.object({ p50: Figure, p95: Figure, p99: Figure, max: Figure }),
    enterMs: z.object({ p50: Figure, p95: Figure, p99: Figure, max: Figure }),
    errors: z.array(z.string()),
  }),
]);
export type BotNews = z.infer<typeof BotNews>;
