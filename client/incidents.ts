// A room's incidents as a proctor's programme sees them: those that are open, and what became of them; and what it raised
// or handled itself, sent again over each new link until the room has answered. Called by proctor.
import type { Incoming, Outgoing } from '../schema/messages.ts';
import type { Refusal, RefusalCode } from '../schema/refusals.ts';
import type { IncidentView } from '../schema/replies.ts';
import type { ClientClock } from './clock.ts';

/** `pending` after five seconds: it is sent on, and what it comes to is told by `incident` events. */
export type IncidentOutcome =
  | { readonly state: 'done'; readonly incident: IncidentView }
  | { readonly state: 'refused'; readonly code: RefusalCode; readonly message: string }
  | { readonly state: 'pending' };

type Asking =
  | { readonly type: 'incident.raise'; readonly message: Incoming<'incident.raise'> }
  | { readonly type: 'incident.handle'; readonly message: Incoming<'incident.handle'> };

export type Incidents = {
  all(): ReadonlyMap<string, IncidentView>;
  raise(message: Incoming<'incident.raise'>): Promise<IncidentOutcome>;
  handle(message: Incoming<'incident.handle'>): Promise<IncidentOutcome>;
  changed(incident: IncidentView): void;
  /** Over a new link: these are open. Others that were have been decided meanwhile. */
  open(incidentIds: readonly string[]): void;
  answered(answer: Outgoing['incident.answered']): void;
  /** A message of this type was refused as a whole, before the room looked at what it is about. */
  refused(type: string, refusal: Refusal): void;
  linked(): void;
  stop(): void;
};

export type IncidentsEffects = {
  readonly clock: ClientClock;
  /** Sends now or not at all. */
  send(asking: Asking): void;
  show(incident: IncidentView): void;
};

const PATIENCE_MS = 5_000;
const REPEAT_MS = 5_000;

type Open = { readonly asking: Asking; readonly resolve: (outcome: IncidentOutcome) => void };

/** Nothing known, nothing asked. */
export function createIncidents({ clock, send, show }: IncidentsEffects): Incidents {
  const known = new Map<string, IncidentView>();
  const heard = new Set<string>();
  const asked = new Map<string, Open>();
  let cancel = (): void => {};

  const sendAll = () => {
    cancel();
    for (const { asking } of asked.values()) send(asking);
    if (asked.size > 0) cancel = clock.after(REPEAT_MS, sendAll);
  };

  /** The same again, while it is under way, is answered with the first. */
  function ask(about: string, asking: Asking): Promise<IncidentOutcome> {
    return new Promise((resolve) => {
      const before = asked.get(about);
      const resolveAll = (outcome: IncidentOutcome) => {
        before?.resolve(outcome);
        resolve(outcome);
      };
      clock.after(PATIENCE_MS, () => resolve({ state: 'pending' }));
      asked.set(about, { asking, resolve: resolveAll });
      send(asking);
      if (asked.size === 1) cancel = clock.after(REPEAT_MS, sendAll);
    });
  }

  function changed(incident: IncidentView): void {
    const { incidentId, version, joins } = incident;
    heard.add(incidentId);
    const before = known.get(incidentId);
    if (before !== undefined && before.version >= version && before.joins >= joins) return;
    known.set(incidentId, incident);
    show(incident);
  }

  return {
    all: () => known,
    raise: (message) => ask(message.incidentId, { type: 'incident.raise', message }),
    handle: (message) =>
      ask(`${message.incidentId}.${message.version}.${message.to}`, { type: 'incident.handle', message }),
    changed,
    open(incidentIds) {
      const open = new Set(incidentIds);
      for (const [incidentId, { state }] of known) {
        const isOpen = state === 'raised' || state === 'acknowledged';
        if (isOpen && !open.has(incidentId) && !heard.has(incidentId)) known.delete(incidentId);
      }
      heard.clear();
    },
    answered(answer) {
      if ('incident' in answer) changed(answer.incident);
      const found = asked.get(answer.about);
      if (found === undefined || ('code' in answer && answer.retry === 'later')) return;
      asked.delete(answer.about);
      if ('incident' in answer) found.resolve({ state: 'done', incident: answer.incident });
      else found.resolve({ state: 'refused', code: answer.code, message: answer.message });
    },
    refused(type, { refused: code, retry, message }) {
      if (retry !== 'never') return;
      for (const [about, { asking, resolve }] of asked) {
        if (asking.type !== type) continue;
        asked.delete(about);
        resolve({ state: 'refused', code, message });
      }
    },
    linked() {
      heard.clear();
      sendAll();
    },
    stop() {
      cancel();
      for (const { resolve } of asked.values()) resolve({ state: 'pending' });
      asked.clear();
    },
  };
}
