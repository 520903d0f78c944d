// One who watches a plan: the stream, what may be seen on it, and where it goes on. What is sent follows from the plan's one
// fold; rights are looked up again while it runs, and where they end, it ends. Called by the hub.
import { hash } from 'node:crypto';
import type { Response } from 'express';
import { type Audience, shownChanges, shownRows, topicsFor } from '../exam/monitor-fold.ts';
import type { MonitorTopic, ResetReason } from '../schema/monitor.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { checkRelation, relationFor } from './access.ts';
import { type EventStream, eventText, MOST_UNREAD_BYTES, openEventStream } from './event-stream.ts';
import type { LogEntry } from './monitor-log.ts';
import type { MonitorPlan, MonitorState, News } from './monitor-plan.ts';
import type { Subject } from './who-is-it.ts';

export type StaffSubject = Exclude<Subject, { role: 'examinee' }>;
/** `lastEventId` is what the reader has, '' for nothing. */
export type Watching = {
  readonly planId: string;
  readonly subject: StaffSubject;
  readonly topics: readonly MonitorTopic[] | undefined;
  readonly lastEventId: string;
};
/** What one look needs to make only once for all who see the same. */
export type Shared = Map<string, string>;

export type MonitorWatcher = {
  /** Goes on after what the reader has, or sends all. */
  begin(): void;
  take(news: News, shared: Shared): void;
  /** Never rejects. */
  lookAtRights(): Promise<void>;
  beat(): void;
  end(): void;
};

export type WatcherParts = {
  readonly plan: MonitorPlan;
  readonly now: () => number;
  /** Who has this session, as of some seconds ago; undefined where it has ended. Throws while the store is away. */
  readonly subjectSoon: (tokenHash: string) => Promise<Subject | undefined>;
};

/** For so long a stream goes on while nobody can say whether its reader still may. */
const UNSURE_MS = 30_000;
/** Who has missed more than that is better served by a snapshot. */
const MOST_MISSED = MOST_UNREAD_BYTES / 2;

export function openWatcher(
  parts: WatcherParts,
  { planId, subject, topics: asked, lastEventId }: Watching,
  response: Response,
  closed: () => void,
): MonitorWatcher {
  const { plan, now } = parts;
  const stream: EventStream = openEventStream(response, closed);
  let audience = audienceOf(subject);
  let topics = topicsFor(audience, asked);
  let view = viewOf(audience, topics);
  let sureAt = performance.now();

  function snapshot(state: MonitorState, before: string, shared: Shared): void {
    const data = once(shared, `all ${view}`, () => replyText(planId, now(), state, audience, topics));
    stream.send(before + eventText('snapshot', data, `${state.lastId}.${view}`), data.length);
  }

  function reset(reason: ResetReason, shared: Shared = new Map()): void {
    const state = plan.state();
    if (state === undefined) return; // the next look has one
    snapshot(state, eventText('reset', JSON.stringify({ reason, at: Math.round(now()) })), shared);
  }

  /** All events of one entry; the id comes with the last, so that who is cut in between gets all of them again. */
  function entryText(state: MonitorState, { id, changes }: LogEntry): string {
    const events = shownChanges(changes, state.rows, audience, topics);
    const idAt = (index: number) => (index === events.length - 1 ? `${id}.${view}` : undefined);
    return events.map(({ topic, data }, index) => eventText(topic, data, idAt(index))).join('');
  }

  function goOn(state: MonitorState, missed: readonly LogEntry[]): void {
    const text = missed.map((entry) => entryText(state, entry)).join('');
    if (text.length > MOST_MISSED) reset('behind');
    else stream.send(text);
  }

  function become(found: Subject | undefined): Refusal | undefined {
    if (found === undefined || found.role === 'examinee') return refuse('LOGIN_REQUIRED');
    const relation = relationFor(found, 'monitoring.read');
    const denied = isRefusal(relation) ? relation : checkRelation(found, relation, { of: 'plan', planId });
    if (denied !== undefined) return denied;
    audience = audienceOf(found);
    topics = topicsFor(audience, asked);
    const is = viewOf(audience, topics);
    if (is === view) return undefined;
    view = is;
    reset('rights');
    return undefined;
  }

  return {
    begin() {
      const state = plan.state();
      if (state === undefined) return stream.end(); // Redis was wiped just now: the reader comes back
      if (lastEventId === '') return snapshot(state, '', new Map());
      const seen = lastEventId.split('.')[1];
      const missed = seen === view ? plan.missed(entryIdOf(lastEventId)) : undefined;
      if (missed === undefined) return reset('unknown-id');
      goOn(state, missed);
    },
    take(news, shared) {
      if (news.anew) reset('wiped', shared);
      else {
        const state = plan.state();
        if (state === undefined) return;
        const text = news.entries.map((one) => once(shared, `${one.id} ${view}`, () => entryText(state, one))).join('');
        if (text !== '') stream.send(text);
      }
    },
    async lookAtRights() {
      try {
        const denied = become(await parts.subjectSoon(subject.tokenHash));
        sureAt = performance.now();
        if (denied === undefined) return;
        stream.send(eventText('ended', JSON.stringify({ code: denied.refused, detail: denied.message })));
        stream.end();
      } catch {
        // The store is away: whoever could see this half a minute ago goes on, and longer than that nobody.
        if (performance.now() - sureAt > UNSURE_MS) stream.end();
      }
    },
    beat: () => stream.beat(),
    end: () => stream.end(),
  };
}

/** The log's part of what a reader comes back with; the other one is the view. */
export function entryIdOf(lastEventId: string): string {
  return lastEventId.split('.')[0] ?? '';
}

function once(shared: Shared, name: string, make: () => string): string {
  const made = shared.get(name) ?? make();
  shared.set(name, made);
  return made;
}

/** Admins see all, and so do services as far as their scopes go; a proctor what is assigned, which is all rooms of the plan for a chief. */
export function audienceOf(subject: StaffSubject): Audience {
  if (subject.role === 'proctor') return { rooms: new Set(subject.roomIds), isOffice: false };
  return { rooms: 'all', isOffice: !isRefusal(relationFor(subject, 'server.read')) };
}

/** Names what is seen: an id of another view says nothing about this one. */
export function viewOf({ rooms, isOffice }: Audience, topics: readonly MonitorTopic[]): string {
  const named = rooms === 'all' ? 'all' : [...rooms].sort().join();
  return hash('sha256', `${named} ${isOffice} ${topics.join()}`, 'base64url').slice(0, 8);
}

/** The snapshot as JSON; `at` is epoch ms. */
export function replyText(
  planId: string,
  at: number,
  { rows, source }: Pick<MonitorState, 'rows' | 'source'>,
  audience: Audience,
  topics: readonly MonitorTopic[],
): string {
  const head = `"planId":${JSON.stringify(planId)},"at":${Math.round(at)},"source":"${source}"`;
  return `{${[head, ...shownRows(rows, audience, topics)].join(',')}}`;
}
