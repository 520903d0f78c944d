// Which version this process runs: while one takes another's place, two of them work side by side.
import { readFileSync } from 'node:fs';

const described: unknown = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** As package.json has it; empty where it has none. */
export const VERSION: string =
  typeof described === 'object' && described !== null && 'version' in described ? String(described.version) : '';
