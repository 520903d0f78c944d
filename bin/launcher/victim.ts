// Which process a rehearsal kills, and its end: one that `examhall start` watches on this machine, so that it comes back by
// itself. It must never signal a process that has no launcher of ours above it. Called by `examhall rehearse`.
import type { MonitorServer } from '../../schema/monitor.ts';
import { LauncherError } from './launcher-error.ts';
import { parentOf, signalProcess } from './process-id.ts';

export type Candidate = Pick<MonitorServer, 'host' | 'pid' | 'roles' | 'rooms' | 'clients'>;

/** This machine, and the launchers that run on it. */
export type Here = { readonly host: string; readonly launchers: ReadonlySet<number> };

/**
 * Of the rooms processes of this machine that a launcher watches, the one with most people in its rooms; undefined where there
 * is none. `parent` says who started a process.
 */
export function victimAmong<C extends Candidate>(
  servers: readonly C[],
  { host, launchers }: Here,
  parent: (pid: number) => number | undefined = parentOf,
): C | undefined {
  const isOurs = ({ pid }: C): boolean => launchers.has(parent(pid) ?? 0);
  return servers
    .filter((server) => server.host === host && server.roles.includes('rooms') && isOurs(server))
    .toSorted((a, b) => b.clients - a.clients || b.rooms - a.rooms || a.pid - b.pid)[0];
}

/** SIGKILL, at once. Returns what was killed, in words. Throws NOT_READY where it could not be. */
export function killVictim({ host, pid, roles, rooms, clients }: Candidate): string {
  if (!signalProcess(pid, 'SIGKILL'))
    throw new LauncherError('NOT_READY', `the process ${pid} could not be killed: it is gone, or another user's.`);
  return `${host}/${pid} (${roles.join(',')}) with ${rooms} rooms and ${clients} people`;
}
