// The launcher's front door: one word, one command. Started by bin/examhall, bin/demo and bin/test.
// Must never hide a failure: an error of ours is its sentence, any other keeps its stack, and both exit with 1.

import { announce } from './command.ts';
import { LauncherError } from './launcher-error.ts';

type Command = { help: string; run: (args: string[]) => Promise<void> };

// Each command is loaded when it is called, so that `help` and `check` need nothing of the others.
const COMMANDS: Record<string, Command> = {
  start: {
    help: 'start [--roles api,rooms,workers]   runs the processes of this machine until Ctrl-C or SIGTERM',
    run: async (args) => (await import('./commands/start.ts')).start(args),
  },
  drain: {
    help: 'drain [--restart] [process …]       what start runs here hands its rooms over, one after the other, and stops',
    run: async (args) => (await import('./commands/drain.ts')).drain(args),
  },
  deploy: {
    help: 'deploy [--link L] [--within 90]     changes this machine to the version in whose folder it is called, or back',
    run: async (args) => (await import('./commands/deploy.ts')).deploy(args),
  },
  check: {
    help: 'check [--json]                      go or no-go: settings, stores, clocks, capacity, disk, backups',
    run: async (args) => (await import('./commands/check.ts')).check(args),
  },
  rehearse: {
    help: 'rehearse --plan ID                  tomorrow’s exam with simulated people; go or no-go; `rehearse --help` says how',
    run: async (args) => (await import('./commands/rehearse.ts')).rehearse(args),
  },
  admin: {
    help: 'admin create [--another]            prints a one-time link for the first account, or another one',
    run: async (args) => (await import('./commands/admin.ts')).admin(args),
  },
  replay: {
    help: 'replay …                            replays a recorded exam; `replay --help` says how',
    run: async (args) => (await import('./commands/replay.ts')).replay(args),
  },
  'verify-receipt': {
    help: 'verify-receipt FILE …               checks a signed receipt without a server; `--help` says how',
    run: async (args) => (await import('./commands/verify-receipt.ts')).verifyReceipt(args),
  },
  'receipt-keys': {
    help: 'receipt-keys [rotate]               the public keys of signed receipts; rotate makes a new one first',
    run: async (args) => (await import('./commands/receipt-keys.ts')).receiptKeys(args),
  },
  chaos: {
    help: 'chaos …                             kills, stops and cuts a system of its own; `chaos --help` says how',
    run: async (args) => (await import('./commands/chaos.ts')).chaos(args),
  },
  inspect: {
    help: 'inspect [--profile MS]              what Redis and MongoDB hold, and which lines of ours make them slow',
    run: async (args) => (await import('./commands/inspect.ts')).inspect(args),
  },
  path: {
    help: 'path REQUEST-ID [FILE …]            what the processes have logged for one request, in the order of time',
    run: async (args) => (await import('./commands/path.ts')).path(args),
  },
  'rebuild-live': {
    help: 'rebuild-live                        writes the live data in Redis anew from MongoDB',
    run: async (args) => (await import('./commands/rebuild-live.ts')).rebuildLiveData(args),
  },
  migrate: {
    help: 'migrate                             brings indexes and documents to what this version needs',
    run: async (args) => (await import('./commands/migrate.ts')).migrateStore(args),
  },
  backup: {
    help: 'backup --to FOLDER                  a copy of the whole system, while exams run too',
    run: async (args) => (await import('./commands/backup.ts')).backup(args),
  },
  restore: {
    help: 'restore --from FOLDER [--check]     brings a backup back into an empty system; or only looks at it',
    run: async (args) => (await import('./commands/restore.ts')).restoreBackup(args),
  },
  archive: {
    help: 'archive --plan ID --to FOLDER       files of a finished plan, which can be verified without a server',
    run: async (args) => (await import('./commands/archive.ts')).archive(args),
  },
  'verify-archive': {
    help: 'verify-archive FOLDER               says what is missing or different in an archive; `--help` says how',
    run: async (args) => (await import('./commands/verify-archive.ts')).verifyArchiveFiles(args),
  },
  demo: {
    help: 'demo [--once] [--minutes 3]         a whole live exam on this machine (bin/demo)',
    run: async (args) => (await import('./demo.ts')).demo(args),
  },
  test: {
    help: 'test [--all] [--coverage] [part …]  all tests, or some parts of them (bin/test)',
    run: async (args) => (await import('./test.ts')).test(args),
  },
};

function printHelp(): void {
  console.log('usage: bin/examhall <command>\n');
  for (const { help } of Object.values(COMMANDS)) console.log(`  ${help}`);
}

async function main([word = 'help', ...args]: string[]): Promise<void> {
  if (['help', '--help', '-h'].includes(word)) return printHelp();
  const command = COMMANDS[word];
  if (!command)
    throw new LauncherError('ARGUMENT_INVALID', `there is no command ${word}; bin/examhall help lists them.`);
  await command.run(args);
}

/** Codes of errors whose sentence says what to do. */
const FORESEEN = new Set([
  'CONFIG_INVALID',
  'BACKUP_BROKEN',
  'ARCHIVE_BROKEN',
  'BACKUP_KEY',
  'BACKUP_FORM',
  'IN_THE_WAY',
  'NOT_POSSIBLE',
]);

/** What a person can act on has a sentence of its own; anything else is a bug, and keeps its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const isForeseen = error instanceof LauncherError || FORESEEN.has(code) || code.startsWith('ERR_PARSE_ARGS');
  return isForeseen ? error.message : (error.stack ?? error.message);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  announce(describe(error));
  process.exit(1);
}
