// What this machine has for the faults that need more than a signal: a network and mounts of its own (as root, made by the
// command), nft, strace and libfaketime. What is missing is brought where the system has a package of it; what is not here
// after all is said, and its faults are not drawn. Called by the command and hall.ts.
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { announce, findProgram } from '../bin/launcher/command.ts';
import { readLauncherSettings } from '../bin/launcher/settings.ts';
import { type Program, programIn, unpackedPackages } from '../bin/launcher/unpacked.ts';
import type { FaultKind } from './schedule.ts';

export type Tools = {
  readonly nft: Program | undefined;
  readonly strace: Program | undefined;
  /** The library that a process is started with, so that its clock can be set. */
  readonly faketime: string | undefined;
  readonly missing: readonly { readonly kind: FaultKind; readonly why: string }[];
};

const PACKAGES = ['nftables', 'strace', 'libfaketime'] as const;
const NAME = 'chaos-tools';
const LIBRARY = 'usr/lib{/*-linux-gnu,}/faketime/libfaketime.so.1';

/** Brings what is missing, as root on a system that has apt; announced. What cannot be brought stays missing. */
export async function bringTools(): Promise<void> {
  const { nft, strace, faketime } = findTools(true);
  if (nft !== undefined && strace !== undefined && faketime !== undefined) return;
  if (!isRoot() || findProgram('apt-get') === undefined) return;
  const sentence = `for all of chaos' faults: unpacking the system's own packages of ${PACKAGES.join(', ')}, without installing them`;
  try {
    await unpackedPackages(NAME, PACKAGES, sentence);
  } catch (error) {
    announce(`they cannot be had, and their faults are left out: ${String(error)}`);
  }
}

/** `isApart`: whether network and mounts are this run's own, as the command has seen to. */
export function findTools(isApart: boolean): Tools {
  const cache = join(readLauncherSettings().cacheFolder, NAME);
  const nft = isApart ? programAt('nft', cache, 'usr/sbin/nft') : undefined;
  const strace = isRoot() ? programAt('strace', cache, 'usr/bin/strace') : undefined;
  const [faketime] = globSync([`/${LIBRARY}`, join(cache, 'root', LIBRARY)]);
  const missing: { kind: FaultKind; why: string }[] = [];
  const apart = 'a network and mounts of its own: root, unshare and ip';
  if (nft === undefined) missing.push({ kind: 'packet loss', why: isApart ? 'nft' : apart });
  if (faketime === undefined) missing.push({ kind: 'clock jump', why: 'libfaketime' });
  if (strace === undefined) missing.push({ kind: 'slow fsync', why: 'root and strace' });
  if (!isApart) missing.push({ kind: 'full disk', why: apart });
  return { nft, strace, faketime, missing };
}

function isRoot(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

function programAt(name: string, cache: string, path: string): Program | undefined {
  const installed = findProgram(name);
  if (installed !== undefined) return { path: installed, env: process.env };
  return existsSync(join(cache, 'root', path)) ? programIn(cache, path) : undefined;
}

/** A sentence for each kind that is not drawn here. */
export function sentencesOf({ missing }: Tools): string[] {
  return missing.map(({ kind, why }) => `${kind}, which needs ${why}`);
}
