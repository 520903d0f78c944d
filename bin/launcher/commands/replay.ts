// `examhall replay`: a recorded exam against the whole system, one of its own unless --url names a running one.
// Must never create anything for a file that cannot be read. The replay itself is loadtest/replay.ts.

import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type ReplayReport, replayTable } from '../../../loadtest/replay/report.ts';
import { type RecordedExam, ResponseFileError, readResponseFile } from '../../../loadtest/replay/response-file.ts';
import { DEFAULT_RATE, durationFor, replayExam } from '../../../loadtest/replay.ts';
import { namedTarget, onTarget, type Target } from '../../../loadtest/target.ts';
import { Label, PlanBody } from '../../../schema/requests.ts';
import { LauncherError } from '../launcher-error.ts';

const HELP = `usage: bin/examhall replay --responses FILE --key FILE [options]

  --responses FILE     CSV: the first column is the examinee, every other one an item; an empty cell is an omitted item
  --key FILE           CSV with the columns item and key
  --room-column NAME   the column that names the exam room; without it rooms of 30 are filled
  --count-column NAME  the column that says for how many people a row stands; then there is no examinee column
  --rate N             answers a second (${DEFAULT_RATE})
  --url URL            a running system, instead of one that is started for this and stopped after it
  --token TOKEN        with --url: an admin's bearer token, or in EXAMHALL_TOKEN
  --json FILE          writes the report there too

Exit code 1 if an answer was lost or is different, or if a file is bad.`;

const NAME_CHARACTERS = 80;

type ReplayArguments = {
  responses: string;
  key: string;
  roomColumn: string | undefined;
  countColumn: string | undefined;
  rate: number;
  target: Target | undefined;
  json: string | undefined;
};

/** Replays, prints the table, and exits: 0, or 1 if anything was lost or different. Throws LauncherError for bad arguments and files. */
export async function replay(args: string[]): Promise<void> {
  const options = readArguments(args);
  if (!options) return console.log(HELP);
  const exam = await readExam(options);
  mustEndInTime(exam, options.rate);
  if (options.json !== undefined) await mustBeWritable(options.json);
  const report = await onTarget(options.target, (target, interrupted) => replayOn(target, exam, options, interrupted));
  console.log(`\n${replayTable(report)}`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  // Everything of ours has ended; sockets of the replay may linger for a moment.
  process.exit(report.lost === 0 && report.different === 0 ? 0 : 1);
}

/** Said before a long run, not after it. What is in the file stays until the report is written. */
async function mustBeWritable(file: string): Promise<void> {
  try {
    await (await open(file, 'a')).close();
  } catch (cause) {
    throw new LauncherError('ARGUMENT_INVALID', `--json: ${file} cannot be written.`, { cause });
  }
}

function mustEndInTime(exam: RecordedExam, rate: number): void {
  if (PlanBody.shape.durationMs.safeParse(durationFor(exam, rate)).success) return;
  const hours = Math.ceil(durationFor(exam, rate) / 3_600_000).toLocaleString('en');
  const what = `at ${rate} answers a second the exam would be given ${hours} hours, more than a plan may have`;
  throw new LauncherError('ARGUMENT_INVALID', `${what}: --rate takes more.`);
}

async function readExam({ responses, key, roomColumn, countColumn }: ReplayArguments): Promise<RecordedExam> {
  try {
    return await readResponseFile({ responses, key, roomColumn, countColumn });
  } catch (cause) {
    if (cause instanceof ResponseFileError) throw new LauncherError('ARGUMENT_INVALID', cause.message, { cause });
    throw cause;
  }
}

async function replayOn(
  { url, token }: Target,
  exam: RecordedExam,
  options: ReplayArguments,
  interrupted: Promise<never>,
): Promise<ReplayReport> {
  const to = { print: (sentence: string) => console.log(sentence), progress: process.stderr, interrupted };
  return await replayExam({ url, adminToken: token, exam, name: nameOf(options.responses), rate: options.rate, ...to });
}

/** The file's name in a label, which is shorter than a file's name may be, and one line. */
function nameOf(responses: string): string {
  const file = [...basename(responses).replace(/\p{Cc}/gu, ' ')];
  return Label.parse(`replay of ${file.slice(0, NAME_CHARACTERS).join('')}`);
}

function readArguments(args: string[]): ReplayArguments | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      ...{ responses: text, key: text, 'room-column': text, 'count-column': text },
      ...{ rate: text, url: text, token: text, json: text },
    },
  });
  if (values.help) return undefined;
  const { responses, key, json } = values;
  if (responses === undefined || key === undefined)
    throw new LauncherError('ARGUMENT_INVALID', 'a replay needs --responses FILE and --key FILE; --help says more.');
  const rate = Number(values.rate ?? DEFAULT_RATE);
  if (!(rate >= 1 && rate <= 1_000_000))
    throw new LauncherError('ARGUMENT_INVALID', '--rate takes a number of answers a second, from 1 to 1,000,000.');
  const columns = { roomColumn: values['room-column'], countColumn: values['count-column'] };
  return { responses, key, json, rate, ...columns, target: namedTarget(values.url, values.token) };
}
