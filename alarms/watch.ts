// The built-in notifier: every process looks at its own metrics each few seconds, judges each alarm (exam/alarm.ts) and tells
// whoever is named in the settings. What the whole system shares, the first process to see it tells; while Redis cannot say
// who is first, everybody tells: an alarm twice is better than none. Called by the composition root, after all roles have
// added their metrics.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type AlarmState, type AlarmTurn, AT_REST, type Count, growthOf, judgeAlarm } from '../exam/alarm.ts';
import { ALARMS, type Alarm, type AlarmName } from '../schema/alarms.ts';
import { newId } from '../schema/ids.ts';
import { createDelivery } from './delivery.ts';
import { type AboutProcess, noticeOf, type Teller } from './notice.ts';

const EVERY_MS = 5_000;

export type AlarmWatchOptions = {
  readonly registry: Registry;
  readonly tellers: readonly Teller[];
  /** Where the runbooks are; each alarm's section is its name. */
  readonly runbooks: string;
  readonly process: AboutProcess;
  /** Whether nobody else has told this turn of a shared alarm. Rejects where nobody can say. */
  isFirst(alarm: AlarmName, turn: AlarmTurn): Promise<boolean>;
  /** Epoch ms. */
  now(): number;
  readonly log: Logger;
  /** Another length is for tests. */
  readonly everyMs?: number;
};

type Kept = { state: AlarmState; counts: readonly Count[] };

/** Starts looking; `stop` waits for the look that is under way. */
export function startAlarmWatch(options: AlarmWatchOptions) {
  const { registry, tellers, log, now, everyMs = EVERY_MS } = options;
  const kept = new Map<AlarmName, Kept>();
  const delivery = createDelivery(tellers, log);
  let running: Promise<void> | undefined;

  async function lookAt(name: AlarmName): Promise<void> {
    const alarm: Alarm = ALARMS[name];
    const before = kept.get(name) ?? { state: AT_REST, counts: [] };
    const at = performance.now();
    const { value, counts } = judgedOf(alarm, await valuesIn(registry, alarm), before.counts, at);
    const { state, turned } = judgeAlarm(alarm, before.state, value, at);
    kept.set(name, { state, counts });
    if (turned === undefined || value === undefined) return;
    log.warn({ code: turned === 'raised' ? 'ALARM_RAISED' : 'ALARM_CLEARED', alarm: name, value }, 'an alarm turned');
    if (alarm.scope === 'system' && !(await isFirst(name, turned))) return;
    delivery.add(noticeOf(name, turned, { id: newId(), value, at: now() }, options));
  }

  async function isFirst(name: AlarmName, turned: AlarmTurn): Promise<boolean> {
    try {
      return await options.isFirst(name, turned);
    } catch (error) {
      log.debug({ err: error, alarm: name }, 'nobody says who tells an alarm, so it is told');
      return true;
    }
  }

  /** Never rejects. */
  async function look(): Promise<void> {
    try {
      for (const name of Object.keys(ALARMS) as AlarmName[]) await lookAt(name);
      await delivery.deliver();
    } catch (error) {
      log.error({ err: error }, 'the alarms could not be looked at');
    }
  }

  const timer = setInterval(() => {
    running ??= look().finally(() => {
      running = undefined;
    });
  }, everyMs);
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
      for (const teller of tellers) teller.stop();
    },
  };
}

/** Of the metric's values those that the alarm is about; none where this process does not show it, or cannot now. */
async function valuesIn(registry: Registry, { metric, where }: Alarm): Promise<number[]> {
  const found = await registry.getSingleMetric(metric)?.get();
  const wanted = Object.entries(where);
  const matching = found?.values.filter(({ labels }) =>
    wanted.every(([label, value]) => (labels as Record<string, unknown>)[label] === value),
  );
  return matching?.map(({ value }) => value) ?? [];
}

/** The one value that is judged; undefined where nothing is known. */
function judgedOf(
  { read, windowSeconds = 0 }: Alarm,
  values: readonly number[],
  counts: readonly Count[],
  at: number,
): { readonly value: number | undefined; readonly counts: readonly Count[] } {
  if (read === 'growth') {
    const grown = growthOf(counts, { at, count: values.reduce((sum, value) => sum + value, 0) }, windowSeconds);
    return { value: grown.growth, counts: grown.counts };
  }
  if (values.length === 0) return { value: undefined, counts };
  return { value: read === 'largest' ? Math.max(...values) : Math.min(...values), counts };
}
