// `examhall verify-archive`: whether an archive is what was signed, without any server. What is wrong is a line each,
// and exit code 1. Must never call an archive good because of keys that only it names without saying so.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ArchiveCheck, verifyArchive } from '../../../copies/verify-archive.ts';
import { type ReceiptKey, ReceiptKeys } from '../../../schema/signed-receipt.ts';
import { LauncherError } from '../launcher-error.ts';

const HELP = `usage: bin/examhall verify-archive FOLDER [options]

  --keys FILE     the public keys that you believe, as bin/examhall receipt-keys prints them
  --key=ID        the id of a key that you believe; may be said again. A key's id is its own hash

Without --keys and --key the keys are the archive's own claim, and the first line says so.
Exit code 1 if something is missing or different.`;

/** Prints what is wrong, and sets exit code 1 for it. Throws LauncherError and CopyError for what cannot be read. */
export async function verifyArchiveFiles(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      keys: { type: 'string' },
      key: { type: 'string', multiple: true },
    },
  });
  if (values.help) return console.log(HELP);
  const [folder, more] = positionals;
  if (folder === undefined || more !== undefined)
    throw new LauncherError('ARGUMENT_INVALID', 'usage: bin/examhall verify-archive FOLDER; --help says more.');
  const keys = values.keys === undefined ? undefined : await readKeys(values.keys);
  const check = await verifyArchive(resolve(folder), { keys, pinned: values.key });
  for (const line of linesOf(check)) console.log(line);
  if (check.findings.length > 0) process.exitCode = 1;
}

async function readKeys(path: string): Promise<ReceiptKey[]> {
  try {
    return ReceiptKeys.parse(JSON.parse(await readFile(path, 'utf8'))).keys;
  } catch (cause) {
    throw new LauncherError(
      'ARGUMENT_INVALID',
      `${path} is not a list of keys, as bin/examhall receipt-keys prints it.`,
      {
        cause,
      },
    );
  }
}

function linesOf({ manifest, findings, keys }: ArchiveCheck): string[] {
  const claim = 'The keys are the claim of this archive itself: name those that you believe with --keys or --key.';
  const { name, planId, madeAt, files } = manifest;
  return [
    ...(keys === 'own' ? [claim] : []),
    `Plan ${planId} (${name}), archived ${new Date(madeAt).toISOString()}: ${files.length} files.`,
    ...findings.map((finding) => `✘ ${finding}`),
    findings.length === 0 ? 'Nothing is missing or different.' : `${findings.length} wrong.`,
  ];
}
