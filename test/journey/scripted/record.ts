// The account of the scripted exam: which entries the script says that logs and audit must have, and whether they have
// exactly those. Reads over REST alone. Called by the stage and at the end by the test.

import type { z } from 'zod';
import type { AuditView, LogView } from '../../../schema/replies.ts';
import { type Cast, type Post, proctorOf, roomOf, type Seat } from './cast.ts';
import type { Names } from './stage.ts';
import type { Row } from './steps.ts';

type AuditEntry = z.infer<typeof AuditView>;
type LogEntry = z.infer<typeof LogView>;

/** How much later an instant of one process may seem than the same one of another. */
const CLOCKS_APART_MS = 250;

type Due = { readonly row: Row; readonly step: string; readonly from: number };
export type Record_ = {
  /** A step begins: what is expected from now on belongs to it. */
  begin(title: string): void;
  expect(rows: readonly Row[]): void;
  /** A link was cut and has come back: entering again is noted at least once, and a proctor's absence perhaps. */
  returned(who: Seat | Post): void;
  due(): readonly Due[];
  /** Rows of which there may be any number more than are due. */
  more(): ReadonlySet<Row>;
};

export function createRecord(): Record_ {
  const due: Due[] = [];
  const more = new Set<Row>();
  let [step, from] = ['', 0];
  const expect = (rows: readonly Row[]) => void due.push(...rows.map((row) => ({ row, step, from })));
  return {
    begin(title) {
      [step, from] = [title, Date.now()];
    },
    expect,
    returned(who) {
      const room = roomOf(who);
      if (!who.includes('@')) {
        const again: Row = `log examinee.entered by ${who as Seat} in ${room}`;
        more.add(again);
        more.add(`log link.lost by ${who as Seat} in ${room}`); // where it took long
        return expect([again]);
      }
      const proctor = proctorOf(who as Post);
      const again: Row[] = [
        `log proctor.entered by ${proctor} in ${room}`,
        `audit proctor.entered by ${proctor} about ${proctor} in ${room}`,
      ];
      expect(again);
      for (const row of again) more.add(row);
      for (const state of ['away', 'present']) more.add(`log proctor.${state} by ${proctor} in ${room}`);
    },
    due: () => due,
    more: () => more,
  };
}

type Entry = { readonly row: Row; readonly at: number };

/** What the log has, in the order of time. */
export async function logsOf({ ask, planId }: Cast, names: Names): Promise<Entry[]> {
  const all = await pages<LogEntry>((after) => ask('admin', 'GET', `/plans/${planId}/logs?limit=500${after}`), 'logs');
  return all.map(({ kind, subject, roomId, data, at }) => {
    const { controlId, examineeId } = data;
    const where = roomId === null ? '' : ` in ${names.of(roomId)}`;
    return { row: `log ${kind} by ${names.of(subject)}${where}${whatOf(names, controlId ?? examineeId)}`, at };
  });
}

/** What the audit chain has, in its order. */
export async function auditOf({ ask, planId }: Cast, names: Names): Promise<(Entry & { readonly kind: string })[]> {
  const path = `/plans/${planId}/audit?limit=500`;
  const all = await pages<AuditEntry>((after) => ask('admin', 'GET', `${path}${after}`), 'entries');
  return all.map(({ kind, actorId, subject, roomId, data, source, at }) => {
    const what = kind === 'control.issued' ? source.slice('control.'.length) : (data.controlId ?? data.incidentId);
    const own = kind.startsWith('incident.') ? data.incidentId : what;
    const isSheet = kind.startsWith('sheet.');
    const where = OF_A_ROOM.test(kind) && roomId !== null ? ` in ${names.of(roomId)}` : '';
    const said = isSheet ? '' : whatOf(names, own);
    const actor = actorId === null ? 'system' : names.of(actorId);
    return { row: `audit ${kind} by ${actor} about ${names.of(subject)}${where}${said}`, at, kind };
  });
}

/** Of these the room is not the subject. */
const OF_A_ROOM = /^(?:proctor\.entered|charge\.|handover\.)/;

function whatOf(names: Names, id: unknown): string {
  return typeof id === 'string' && id !== '' ? `: ${names.of(id)}` : '';
}

async function pages<T>(read: (after: string) => ReturnType<Cast['ask']>, member: string): Promise<T[]> {
  const all: T[] = [];
  for (let after = ''; ; ) {
    const page = (await read(after)).body as Record<string, T[]> & { next: string | null };
    all.push(...(page[member] ?? []));
    if (page.next === null) return all;
    after = `&after=${page.next}`;
  }
}

/** Where what is stored and what the script says differ: entries too few, too many, or before their step began. */
export function compare({ due, more }: Record_, entries: readonly Entry[], book: 'log' | 'audit'): string[] {
  const wanted = Map.groupBy(
    due().filter(({ row }) => row.startsWith(book)),
    ({ row }) => row,
  );
  const there = Map.groupBy(entries, ({ row }) => row);
  const wrong: string[] = [];
  for (const [row, of] of wanted) {
    const found = (there.get(row) ?? []).sort((a, b) => a.at - b.at);
    if (found.length < of.length)
      wrong.push(`missing: ${row} (${found.length} of ${of.length}; ${of.map(({ step }) => step).join(', ')})`);
    if (found.length > of.length && !more().has(row))
      wrong.push(`too often: ${row} (${found.length}, not ${of.length})`);
    if (found.length !== of.length) continue;
    of.forEach(({ step, from }, index) => {
      if ((found[index]?.at ?? 0) < from - CLOCKS_APART_MS) wrong.push(`too early: ${row} (${step})`);
    });
  }
  for (const row of there.keys())
    if (!wanted.has(row) && !more().has(row)) wrong.push(`nobody did that: ${row} (${there.get(row)?.length})`);
  return wrong;
}
