// What the network does, as one of a few plain sentences. Pure.
import type { LinkCause, LinkState, Road } from '../../../client/events.ts';

export type NetworkLine =
  | 'connected'
  | 'connecting'
  | 'unsteady'
  | 'offline'
  | 'limited'
  | 'restarting'
  | 'moving'
  | 'fenced'
  | 'closed';

/** `why` is what the server said when it closed the link, where it did; `road` is the way that answers go meanwhile. */
export function networkLineOf(state: LinkState, why: LinkCause | undefined, road: Road): NetworkLine {
  if (road === 'http' && (state === 'connecting' || state === 'reconnecting')) return 'limited';
  switch (state) {
    case 'connecting':
      return 'connecting';
    case 'online':
      return 'connected';
    case 'trouble':
      return 'unsteady';
    case 'reconnecting':
      if (why === undefined) return 'offline';
      return why === 'restarting' ? 'restarting' : 'moving';
    case 'fenced':
      return 'fenced';
    case 'ended':
      return 'closed';
  }
}

/** Whether it asks for attention. */
export function isCalm(line: NetworkLine): boolean {
  return line === 'connected' || line === 'limited' || line === 'closed' || line === 'connecting';
}
