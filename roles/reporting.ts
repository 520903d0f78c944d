// That monitors see a process, whatever its roles.
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { startProcessReport } from '../process-report.ts';
import type { RoomsRole } from '../rooms/main.ts';
import type { Connections, Part } from './parts.ts';

/** What monitors show of this process. */
export function reporting(
  { roles }: Config,
  log: Logger,
  connections: Connections,
  rooms: RoomsRole | undefined,
): Part {
  const { redis, now, processId, logLevel } = connections;
  const report = startProcessReport({ redis, roles, log, now, rooms, processId, logLevel });
  return { name: 'process report', stop: () => report.stop() };
}
