// `examhall verify-receipt`: whether a signed receipt holds, without any server. What is wrong is a line each, and exit code 1.
// Must never call a receipt good because of keys that only it names without saying so.

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { checkReceipt, type Finding, type GivenAnswer, type ReceiptCheck } from '../../../exam/signed-receipt.ts';
import { Response } from '../../../schema/answers.ts';
import { ReceiptKeys, SignedReceipt } from '../../../schema/signed-receipt.ts';
import { LauncherError } from '../launcher-error.ts';

const HELP = `usage: bin/examhall verify-receipt FILE [options]

  --keys FILE     the public keys that you believe, as GET /v1/receipt-keys gives them
  --key=ID        the id of a key that you believe; may be said again. A key's id is its own hash
  --answers FILE  answers to compare: the readable file of a sheet, or what GET /v1/examinees/…/sheet gives

Without --keys and --key the keys are the receipt's own claim, and the first line says so.
Exit code 1 if something is missing or different.`;

type Asked = {
  readonly file: string;
  readonly keys: string | undefined;
  readonly pinned: string[] | undefined;
  readonly answers: string | undefined;
};

/** Prints what is wrong, and sets exit code 1 for it. Throws LauncherError for files that cannot be read. */
export async function verifyReceipt(args: string[]): Promise<void> {
  const asked = readArguments(args);
  if (asked === undefined) return console.log(HELP);
  const receipt = await read(asked.file, SignedReceipt, 'a signed receipt');
  const keys = asked.keys === undefined ? undefined : (await read(asked.keys, ReceiptKeys, 'a list of keys')).keys;
  const answers = asked.answers === undefined ? undefined : await read(asked.answers, AnswersFile, 'a file of answers');
  const check = checkReceipt(receipt, { keys, pinned: asked.pinned, answers });
  for (const line of linesOf(receipt, check)) console.log(line);
  if (check.findings.length > 0) process.exitCode = 1;
}

function readArguments(args: string[]): Asked | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      keys: { type: 'string' },
      key: { type: 'string', multiple: true },
      answers: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  const [file, more] = positionals;
  if (file === undefined || more !== undefined)
    throw new LauncherError('ARGUMENT_INVALID', 'usage: bin/examhall verify-receipt FILE; --help says more.');
  return { file, keys: values.keys, pinned: values.key, answers: values.answers };
}

const Given = z.object({ revision: z.int().nullish(), response: Response });
/** The readable file of a sheet names its items by number, and has null where nothing was answered; the api has answers alone. */
const AnswersFile = z
  .union([
    z.object({ items: z.array(Given.extend({ number: z.int() })) }),
    z.object({ answers: z.array(Given.extend({ item: z.int() })) }),
  ])
  .transform((file): GivenAnswer[] => {
    if ('answers' in file) return file.answers.map(({ item, revision, response }) => given(item, revision, response));
    return file.items
      .filter(({ revision }) => revision !== null)
      .map(({ number, revision, response }) => given(number, revision, response));
  });

function given(item: number, revision: number | null | undefined, response: Response): GivenAnswer {
  return { item, revision: revision ?? undefined, response };
}

async function read<S extends z.ZodType>(file: string, schema: S, what: string): Promise<z.output<S>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new LauncherError('ARGUMENT_INVALID', `${file} cannot be read as JSON.`, { cause });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : `: ${issue.path.join('.') || 'the file'}: ${issue.message}`;
  throw new LauncherError('ARGUMENT_INVALID', `${file} is not ${what}${where}`, { cause: parsed.error });
}

function linesOf(receipt: SignedReceipt, { findings, proved, keys }: ReceiptCheck): string[] {
  const { planId, examineeId, sheet, answers, madeAt } = receipt;
  const claim = 'The keys are the claim of this file itself: name those that you believe with --keys or --key.';
  const ended = sheet.endedAt === 0 ? '' : ` since ${isoOf(sheet.endedAt)}`;
  return [
    ...(keys === 'own' ? [claim] : []),
    `Examinee ${examineeId} of plan ${planId}: ${sheet.state}${ended}, as of ${isoOf(madeAt)}.`,
    `${proved} of ${answers.length} answers are shown to have been saved.`,
    ...findings.map(lineOf),
    findings.length === 0 ? 'Nothing is missing or different.' : `${findings.length} wrong.`,
  ];
}

function lineOf({ item, sentence }: Finding): string {
  return item === undefined ? `✘ ${sentence}` : `✘ item ${item}: ${sentence}`;
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
