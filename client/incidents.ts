// A room's incidents as a proctor's programme sees them: those that are open, and what became of them; and what it raised
// or handled itself, sent again over each new link until the room has answered. Called by proctor.
import type { Incoming, Outgoing } from '../schema/messages.ts';
import type { Refusal, RefusalCode } from '../schema/refusals.ts';
import type { IncidentView } from '../schema/replies.ts';
import { type Asked, createAsking, type Send } from './asking.ts';
import type { ClientClock } from './clock.ts';

/** `pending` after five seconds: it is sent on, and what it comes to is told by `incident` events. */
export type IncidentOutcome =
  | { readonly state: 'done'; readonly incident: IncidentView }
  | { readonly state: 'refused'; readonly code: RefusalCode; readonly message: string }
  | { readonly state: 'pending' };

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
  readonly send: Send;
  show(incident: IncidentView): void;
  /** It was open, and is not any more; what became of it is not known here. */
  gone(incidentId: string): void;
};

/** Nothing known, nothing asked. */
export function createIncidents({ clock, send, show, gone }: IncidentsEffects): Incidents {
  const known = new Map<string, IncidentView>();
  const heard = new Set<string>();
  const asking = createAsking<IncidentView>({ clock, send });

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
    raise: async (message) => outcomeOf(await asking.ask(message.incidentId, 'incident.raise', message)),
    handle: async (message) => {
      const about = `${message.incidentId}.${message.version}.${message.to}`;
      return outcomeOf(await asking.ask(about, 'incident.handle', message));
    },
    changed,
    open(incidentIds) {
      const open = new Set(incidentIds);
      for (const [incidentId, { state }] of known) {
        const isOpen = state === 'raised' || state === 'acknowledged';
        if (!isOpen || open.has(incidentId) || heard.has(incidentId)) continue;
        known.delete(incidentId);
        gone(incidentId);
      }
      heard.clear();
    },
    answered(answer) {
      if ('incident' in answer) {
        changed(answer.incident);
        return asking.answered(answer.about, answer.incident);
      }
      const { about, code, retry, message } = answer;
      asking.answered(about, { refused: code, retry, message });
    },
    refused: asking.refused,
    linked() {
      heard.clear();
      asking.linked();
    },
    stop: asking.stop,
  };
}

function outcomeOf(asked: Asked<IncidentView>): IncidentOutcome {
  return asked.state === 'done' ? { state: 'done', incident: asked.result } : asked;
}
