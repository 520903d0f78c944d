// `bin/examhall verify-receipt` as a person types it: a process without any setting, and nothing to ask.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '../../schema/ids.ts';
import type { SignedReceipt } from '../../schema/signed-receipt.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { testFolder } from '../support/parts.ts';
import { aReceiptKey, signedReceipts } from '../support/signed-receipts.ts';

const MAIN = fileURLToPath(new URL('../../bin/launcher/main.ts', import.meta.url));

type Ended = { readonly code: number; readonly lines: string[]; readonly stderr: string };

function verify(args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = bareEnvironment();
    execFile(process.execPath, [MAIN, 'verify-receipt', ...args], { env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, lines: stdout.trim().split('\n'), stderr });
    });
  });
}

describe('bin/examhall verify-receipt', () => {
  const examineeId = newId();
  const key = aReceiptKey();
  let folder: string;
  let receipt: SignedReceipt;

  before(async () => {
    folder = await testFolder();
    const batch = [1, 2].map((item) => ({ examineeId, item, response: 'A' }));
    const made = signedReceipts([{ key, answers: batch }], key).get(examineeId);
    assert.ok(made);
    receipt = made;
  });

  async function file(name: string, content: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('says that all holds, and first of all whose word the keys are', async () => {
    const path = await file('good.json', receipt);
    const { code, lines } = await verify([path]);
    assert.equal(code, 0);
    assert.match(lines[0] ?? '', /^The keys are the claim of this file itself/);
    assert.equal(lines.at(-2), '2 of 2 answers are shown to have been saved.');
    assert.equal(lines.at(-1), 'Nothing is missing or different.');
    const { keyId, publicKey, madeAt } = key;
    const keys = await file('keys.json', { keys: [{ keyId, publicKey, madeAt }] });
    for (const belief of [['--keys', keys], [`--key=${keyId}`]]) {
      const told = await verify([path, ...belief]);
      assert.deepEqual([told.code, told.lines], [0, lines.slice(1)]);
    }
  });

  it('exits with 1 and a line for each answer that is missing or different', async () => {
    const answers = receipt.answers.map((one) => (one.item === 2 ? { ...one, revision: one.revision + 1 } : one));
    const bad = await verify([await file('bad.json', { ...receipt, answers }), `--key=${key.keyId}`]);
    assert.equal(bad.code, 1);
    assert.ok(bad.lines.includes('✘ item 2: it does not lead to its root 0'));
    assert.ok(bad.lines.includes('✘ the receipt has a signature that does not fit'));
    const sheet = {
      items: [
        { number: 1, response: 'B', revision: 1_000_001 },
        { number: 2, response: null, revision: null },
      ],
    };
    const beside = await verify([join(folder, 'good.json'), '--answers', await file('sheet.json', sheet)]);
    assert.equal(beside.code, 1);
    assert.deepEqual(beside.lines.slice(-3), [
      '✘ item 1: the answers say something else than what was saved',
      '✘ item 2: is missing from the answers',
      '2 wrong.',
    ]);
    const foreign = await verify([join(folder, 'good.json'), `--key=${aReceiptKey().keyId}`]);
    assert.equal(foreign.code, 1);
    assert.ok(foreign.lines.includes('0 of 2 answers are shown to have been saved.'));
  });

  it('says in a sentence what is no receipt', async () => {
    const other = await verify([await file('other.json', { format: 'something' })]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /other\.json is not a signed receipt/);
    assert.equal((await verify([await file('text.json', 'no JSON')])).code, 1);
    assert.match((await verify([])).stderr, /usage: bin\/examhall verify-receipt FILE/);
  });
});
