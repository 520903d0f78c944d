// The api against its own document: schemathesis makes requests of openapi.json, right and wrong ones, sends them as an
// administrator, and compares each answer with what the document says. All its checks; what cannot hold is named below with
// its reason. Skipped, and it says why, where schemathesis cannot be had.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bringContractFuzzer } from '../../bin/launcher/contract-fuzzer.ts';
import { OPENAPI_FILE } from '../../docs/contract.ts';
import { REFUSALS } from '../../schema/refusals.ts';
import { seed } from '../exam/seed.ts';
import { testFolder } from '../support/parts.ts';
import { type ExamFixture, forceState, makeExam } from './exam-fixture.ts';
import { aboutReal, realExamplesFor } from './examples.ts';
import { type RunningApi, startApi } from './running-api.ts';

const FUZZ_S = Number(process.env.CONTRACT_S ?? 240);
const LIMIT_MS = 420_000;
const OPENAPI_PATH = fileURLToPath(new URL(`../../${OPENAPI_FILE}`, import.meta.url));
const HOOKS = fileURLToPath(new URL('contract-hooks.py', import.meta.url));

type Off = { readonly check: string; readonly operations: readonly string[]; readonly reason: string };
/** Checks that cannot hold, and where. */
const OFF: readonly Off[] = [
  {
    check: 'positive_data_acceptance',
    operations: [
      ...['POST /v1/admins', 'PATCH /v1/admins/{adminId}', 'POST /v1/links/{token}', 'POST /v1/me/password'],
      ...['POST /v1/plans/{planId}/proctors', 'PATCH /v1/plans/{planId}/proctors/{proctorId}'],
    ],
    reason: 'ten characters of any kind are a password, but for the most common ones, which no schema lists',
  },
  {
    check: 'positive_data_acceptance',
    operations: [
      ...['POST /v1/papers', 'PUT /v1/papers/{paperId}/key', 'POST /v1/plans/{planId}/rooms', 'POST /v1/plans'],
      ...['POST /v1/plans/{planId}/examinees', 'PATCH /v1/plans/{planId}'],
      'POST /v1/examinees/{examineeId}/registered-answers',
    ],
    reason: 'of two rows with one number, label or reason each is right and both are not, which no schema says',
  },
  {
    check: 'positive_data_acceptance',
    operations: ['PUT /v1/plans/{planId}/notice-templates'],
    reason: 'of two templates with one name each is right and both are not, which no schema says',
  },
  {
    check: 'positive_data_acceptance',
    operations: [
      ...['POST /v1/plans/{planId}/roster-imports', 'POST /v1/plans/{planId}/roster-imports/check'],
      'PUT /v1/uploads/{uploadId}/bytes',
    ],
    reason: 'bytes are bytes to a schema; which table they are, or which file was announced, it does not say',
  },
  {
    check: 'positive_data_acceptance',
    operations: ['POST /v1/rooms/{roomId}/imports'],
    reason: 'a part is one of so many: its number is no higher than another member, which no schema says',
  },
  {
    check: 'unsupported_method',
    operations: ['POST /v1/plans/{planId}/roster-imports/check'],
    reason: 'with GET it is the import whose id would be "check", which is no id: 422, as for every one that is none',
  },
];
/** What a right request may be answered beside a success: what is gone, or has another version, is so whatever is asked. */
const POSITIVE = ['2xx', '3xx', 401, 403, 404, 409, 410, 412, 429];
/** What says that a wrong request is not taken; 413 where what is wrong is its length. */
const NEGATIVE = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429];
/** Without If-Match it is 428 (RFC 6585); and what may not be changed at all is said before. */
const HEADERLESS = [400, 401, 403, 404, 409, 415, 422, 428];
/** They end the session that they are sent with, which is that of all others; test/api/hostile fuzzes them. */
const ENDING = ['/v1/logout', '/v1/logout/everywhere', '/v1/refresh'];

type Outcome = { readonly code: number | null; readonly output: string };

describe('the contract', function () {
  this.timeout(LIMIT_MS + 60_000);
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('contract');
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  after(() => api.stop());

  /** The tracked document, whose examples are about things that are there. */
  const document = async () => aboutReal(exam, await realExamplesFor(api, exam), readFileSync(OPENAPI_PATH, 'utf8'));

  /**
   * What is missing may be another thing than what was just made: where an operation says so of things that its path does not
   * name, `404` after a `201` is no contradiction.
   */
  function missingElsewhere(): Off {
    const operations = api.routes.flatMap(({ prefix, route: { method, path, refusals } }) => {
      const missing = refusals.filter((code) => REFUSALS[code].status === 404);
      const isNamed = (code: string) => path.includes(`:${code.split('_')[0]?.toLowerCase()}Id`);
      const shown = `${prefix}${path}`.replace(/:(\w+)/g, '{$1}');
      return missing.every(isNamed) ? [] : [`${method.toUpperCase()} ${shown}`];
    });
    return { check: 'ensure_resource_availability', operations, reason: 'what is missing is named elsewhere' };
  }

  async function configuration(): Promise<string> {
    const off = [...OFF, missingElsewhere()].flatMap(({ check, operations }) => [
      ...['[[operations]]', `include-name = ${JSON.stringify(operations)}`, `checks.${check}.enabled = false`],
    ]);
    return [
      ...[`base-url = "${api.url}"`, `hooks = ${JSON.stringify(HOOKS)}`],
      ...[`seed = ${Math.abs(seed) % 1_000_000_000}`, 'continue-on-failure = true', 'request-timeout = 20'],
      ...['workers = 1', 'max-stream-events = 1', `max-time = ${FUZZ_S}`],
      ...['[checks]', `positive_data_acceptance.expected-statuses = ${JSON.stringify(POSITIVE)}`],
      `negative_data_rejection.expected-statuses = ${JSON.stringify(NEGATIVE)}`,
      `missing_required_header.expected-statuses = ${JSON.stringify(HEADERLESS)}`,
      ...['[generation]', 'database = "none"', 'max-examples = 15'],
      ...['[output.truncation]', 'max-payload-size = 600'],
      ...['[auth.openapi.bearer]', `bearer = "${await api.adminToken()}"`],
      ...['[[operations]]', `include-path = ${JSON.stringify(ENDING)}`, 'enabled = false'],
      ...off,
      '',
    ].join('\n');
  }

  async function fuzz(python: string): Promise<Outcome> {
    const folder = await testFolder();
    const [config, schema] = [join(folder, 'schemathesis.toml'), join(folder, 'openapi.json')];
    writeFileSync(config, await configuration(), { mode: 0o600 });
    writeFileSync(schema, await document());
    const args = ['-m', 'schemathesis.cli', '--no-color', '--config-file', config, 'run', schema];
    const child = spawn(python, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes));
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (process.env.CONTRACT_OUTPUT) writeFileSync(process.env.CONTRACT_OUTPUT, output);
    return { code, output };
  }

  it('holds for every operation, whatever is sent to it, and no request ends in a fault', async function () {
    const fuzzer = await bringContractFuzzer();
    if ('missing' in fuzzer) {
      console.log(`      not fuzzed: ${fuzzer.missing}`);
      return this.skip();
    }
    const { code, output } = await fuzz(fuzzer.python);
    assert.equal(code, 0, `seed ${seed}, schemathesis says:\n${findings(output).slice(0, 20_000)}`);
    const faults = api.logged.filter(({ msg }) => msg === 'request failed');
    assert.deepEqual(faults, []);
  });
});

/** From where it says what failed, or what it could not try; all of it where it says neither. */
function findings(output: string): string {
  const begins = ['= ERRORS =', '= FAILURES ='].map((title) => output.indexOf(title)).filter((index) => index >= 0);
  return begins.length === 0 ? output : output.slice(Math.min(...begins));
}
