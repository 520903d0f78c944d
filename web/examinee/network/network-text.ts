// What the network does, in a sentence.
import type { NetworkLine } from '../session/network-line.ts';
import { t } from '../texts/texts.ts';

/** `isUnkept`: what is not saved would not survive this page. */
export function networkText(line: NetworkLine, isUnkept: boolean): string {
  return line === 'offline' && isUnkept ? t().network.offlineUnkept : t().network[line];
}
