// What is told of an alarm that turned: the same to a webhook and by mail. Holds no id of a person, a plan or a room.
import type { AlarmTurn } from '../exam/alarm.ts';
import { ALARMS, type AlarmName, type Severity } from '../schema/alarms.ts';

export type AboutProcess = {
  readonly host: string;
  readonly pid: number;
  readonly roles: readonly string[];
  readonly version: string;
};

export type AlarmNotice = {
  /** The same at each try. */
  readonly id: string;
  readonly alarm: AlarmName;
  readonly state: AlarmTurn;
  readonly severity: Severity;
  readonly scope: 'system' | 'process';
  readonly sentence: string;
  readonly value: number;
  readonly threshold: number;
  /** Epoch ms, by the store's clock as the process knows it. */
  readonly at: number;
  readonly runbook: string;
  /** Who has seen it. */
  readonly process: AboutProcess;
};

/** Tells one notice to whoever it is for; rejects where that is not known to have arrived. */
export type Teller = { readonly name: string; tell(notice: AlarmNotice): Promise<void>; stop(): void };

/** The section of an alarm on the page of runbooks. */
export function runbookOf(page: string, alarm: AlarmName): string {
  return `${page}#${alarm.toLowerCase()}`;
}

/** The notice of this turn. */
export function noticeOf(
  alarm: AlarmName,
  state: AlarmTurn,
  seen: { readonly id: string; readonly value: number; readonly at: number },
  { runbooks, process }: { readonly runbooks: string; readonly process: AboutProcess },
): AlarmNotice {
  const { severity, scope, sentence, raise, clear } = ALARMS[alarm];
  const threshold = state === 'raised' ? raise : clear;
  return { ...seen, alarm, state, severity, scope, sentence, threshold, runbook: runbookOf(runbooks, alarm), process };
}
