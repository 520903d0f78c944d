// What the network does, as one of a few plain sentences. Pure.
import type { LinkState } from '../../../client/events.ts';

export type NetworkLine = 'connected' | 'connecting' | 'unsteady' | 'offline' | 'restarting' | 'fenced' | 'closed';

/** `why` is the link's own word for what has closed it, where it has one. */
export function networkLineOf(state: LinkState, why: string | undefined): NetworkLine {
  switch (state) {
    case 'connecting':
      return 'connecting';
    case 'online':
      return 'connected';
    case 'trouble':
      return 'unsteady';
    case 'reconnecting':
      return why === 'restarting' ? 'restarting' : 'offline';
    case 'fenced':
      return 'fenced';
    case 'ended':
      return 'closed';
  }
}

/** Whether it asks for attention. */
export function isCalm(line: NetworkLine): boolean {
  return line === 'connected' || line === 'closed' || line === 'connecting';
}
