// The spec of a child fixture, for the tests of the supervisor and the guard.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildSpec } from '../../bin/launcher/child.ts';

export type ChildMode = 'serve' | 'stubborn' | 'die' | 'silent';

/** A child of that mode; what happens to it is appended to `folder`/happened. */
export function childSpec(folder: string, name: string, mode: ChildMode = 'serve', stage = 0): ChildSpec {
  return {
    name,
    stage,
    command: process.execPath,
    args: [fileURLToPath(new URL('./child-fixture.ts', import.meta.url)), mode, name, join(folder, 'happened')],
    env: process.env,
    output: { kind: 'file', path: join(folder, `${name}.log`) },
    ready: { kind: 'message' },
    readyLimitMs: mode === 'silent' ? 600 : 10_000,
    stopLimitMs: 500,
  };
}
