// What this machine allows: open files of a process, ports for outgoing connections, memory that is left. From /proc; Linux
// only. Called by sockets.ts.
import { readdirSync, readFileSync } from 'node:fs';

export type FilesOf = { readonly open: number; readonly most: number };

/** Open files of a process, and how many it may have. */
export function filesOf(pid: number): FilesOf {
  const [, most = '0'] = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
  return { open: readdirSync(`/proc/${pid}/fd`).length, most: Number(most) };
}

/** Ports from which a connection to one address may come: as many connections from here to one process. */
export function outgoingPorts(): number {
  const [from = 0, to = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  return to - from + 1;
}

/** Memory that may still be taken, in bytes. */
export function memoryLeft(): number {
  const [, kib = '0'] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(kib) * 1_024;
}
