// Names this device: made once, the same at every start, so that a reload is not taken for another device.
import { newId } from '../../../schema/ids.ts';
import { keep, readKept } from './kept.ts';

const NAME = 'examhall.device';

export function deviceKey(): string {
  const kept = readKept(NAME);
  if (typeof kept === 'string' && /^[0-9A-Za-z_-]{8,64}$/.test(kept)) return kept;
  const made = newId();
  keep(NAME, made);
  return made;
}
