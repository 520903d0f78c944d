// `bin/examhall deploy` on this machine under load: processes of every role, each watched by somebody who starts it again
// through the link, as systemd does; versions side by side; people answering all the while. Nobody is thrown out and nothing
// is lost, when the new version takes its place, when one that is not well is taken back by itself, and on the way back.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { askRunning } from '../../bin/launcher/ask-running.ts';
import { freePort } from '../../bin/launcher/free-port.ts';
import { bringPages } from '../../bin/launcher/pages.ts';
import { runningHere } from '../../bin/launcher/running-notes.ts';
import { createSupervisor, type Supervisor } from '../../bin/launcher/supervisor.ts';
import type { LinkEvent } from '../../client/events.ts';
import { seededRandom } from '../../loadtest/random.ts';
import { answering, drained, testify, type Witness, witnessOf } from '../fault/witness.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { testFolder } from '../support/parts.ts';
import { copyProgramme } from '../support/programme.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { UNWELL } from './unwell.ts';

const ROOMS = 6;
const EACH = 3;
const ITEMS = 40;
const PATIENCE_MS = 60_000;
const ORDER = ['workers', 'rooms', 'rooms', 'api'] as const;
const [OLD, NEW, SICK] = ['1.0.0', '2.0.0', '3.0.0'];

type Seen = { readonly witness: Witness; readonly deadlineAt: number; readonly links: LinkEvent[] };
type Deployed = { readonly code: number; readonly told: string };

describe('a deploy on one machine', function () {
  this.timeout(300_000);
  let machine: string;
  let link: string;
  let data: string;
  let whole: WholeExam;
  let watching: Supervisor;
  let settings: Record<string, string>;
  let seen: Seen[];
  let goesOn = true;
  let work: Promise<void> = Promise.resolve();

  before(async () => {
    await bringPages(true);
    machine = await testFolder();
    [link, data] = [join(machine, 'current'), join(machine, 'data')];
    mkdirSync(data, { mode: 0o700 });
    for (const version of [OLD, NEW]) copyProgramme(join(machine, 'versions', version), version);
    copyProgramme(join(machine, 'versions', SICK), SICK, [UNWELL]);
    symlinkSync(join(machine, 'versions', OLD), link);
    whole = await openWholeExam('deploy-machine', { rooms: ROOMS, examinees: EACH });
    watching = createSupervisor({ restart: 'always', tell: () => {} });
    const { mongodbUrl, redisUrl, secret } = whole.system;
    settings = {
      ...bareEnvironment(),
      HOME: machine,
      EXAMHALL_VIRUS_HOOK: 'off',
      ...{ MONGODB_URL: mongodbUrl, REDIS_URL: redisUrl, EXAMHALL_SECRET: secret, EXAMHALL_DATA_DIR: data },
    };
    const ports = await Promise.all(ORDER.map(() => freePort()));
    await Promise.all(ORDER.map((role, index) => watch(`${role}-${index}`, role, ports[index] ?? 0)));
    // Those of the system itself go; its stores stay.
    for (const name of ['rooms-1', 'workers-1']) await whole.system.kill(name, 'SIGTERM');
    const url = `http://127.0.0.1:${ports.at(-1)}`;
    seen = await Promise.all(
      whole.exam.roster.map(async ({ examineeId }, index) => {
        const session = await whole.enter(index, { url });
        const links: LinkEvent[] = [];
        session.on('link', (event) => void links.push(event));
        return { witness: witnessOf(session, examineeId), deadlineAt: 0, links };
      }),
    );
    await whole.begin();
    seen = seen.map((one) => ({ ...one, deadlineAt: one.witness.session.room().deadlineAt }));
    work = answering(witnesses(), ITEMS, seededRandom('a machine'), () => goesOn);
  });
  after(async () => {
    goesOn = false;
    await work;
    await watching?.stop();
    await whole?.stop();
  });

  const witnesses = () => seen.map(({ witness }) => witness);

  /** Starts it through the link, and again whenever it ends. */
  async function watch(name: string, role: string, port: number): Promise<void> {
    const place = { EXAMHALL_PORT: String(port), EXAMHALL_PUBLIC_ADDRESS: role === 'rooms' ? `127.0.0.1:${port}` : '' };
    await watching.start({
      ...{ name, stage: 1, command: process.execPath },
      args: [join(link, 'bin/launcher/main.ts'), 'start', '--roles', role],
      env: { ...settings, ...place, EXAMHALL_DRAIN_SECONDS: '10' },
      output: { kind: 'file', path: join(machine, `${name}.log`) },
      ready: { kind: 'probe', probe: async () => runningHere(data).some((note) => note.port === port) },
      readyLimitMs: 60_000,
      stopLimitMs: 45_000,
    });
  }

  /** Calls the command of this version to its end. */
  function deploy(version: string, ...args: string[]): Promise<Deployed> {
    const main = join(machine, 'versions', version, 'bin/launcher/main.ts');
    return new Promise((resolve) => {
      execFile(process.execPath, [main, 'deploy', '--steady', '1', ...args], { env: settings }, (error, _out, told) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, told }),
      );
    });
  }

  async function versions(): Promise<string[]> {
    const said = runningHere(data).map(async (note) => (await askRunning(note, '/metrics', 5_000)).text);
    return (await Promise.all(said))
      .map((text) => /^examhall_version\{version="([^"]*)"/m.exec(text)?.[1] ?? '')
      .sort();
  }

  /** Everybody goes on, and has only ever been sent from one process to another. */
  async function nobodyWasThrownOut(): Promise<number> {
    const had = new Map(witnesses().map((one) => [one, one.acknowledged.size]));
    const isBack = (one: Witness) => one.session.link() === 'online' && one.acknowledged.size > (had.get(one) ?? 0) + 2;
    await until('everybody goes on', () => witnesses().every(isBack), PATIENCE_MS);
    let moves = 0;
    for (const { witness, deadlineAt, links } of seen) {
      // Trouble is a beat that came late; who was thrown out reconnects for another reason, or not at all.
      const left = links.splice(0).filter(({ state }) => state !== 'trouble' && state !== 'online');
      for (const { state, why } of left) assert.equal(`${state} ${why}`, 'reconnecting restarting', witness.examineeId);
      assert.equal(witness.session.room().deadlineAt, deadlineAt, 'nobody has more or less time');
      moves += left.length;
    }
    return moves;
  }

  it('changes every process to the new version, one after the other, while everybody goes on', async () => {
    const from = performance.now();
    const { code, told } = await deploy(NEW ?? '');
    assert.equal(code, 0, told);
    assert.match(told, new RegExp(`version ${NEW} takes the place of ${OLD}, process by process: 4\\.\n`));
    assert.deepEqual(
      await versions(),
      ORDER.map(() => NEW),
    );
    assert.equal(readlinkSync(link), join(machine, 'versions', NEW ?? ''));
    const moves = await nobodyWasThrownOut();
    assert.ok(moves >= ROOMS * EACH, 'too few were moved to prove anything');
    console.log(`      ${((performance.now() - from) / 1_000).toFixed(1)} s; ${moves} moves of ${seen.length} people`);
  });

  it('takes a version back by itself that is not well, from those too that were changed already', async () => {
    const from = performance.now();
    const { code, told } = await deploy(SICK ?? '', '--within', '60');
    assert.equal(code, 1, told);
    assert.match(told, /rooms at port \d+ is not well: it answers 404\..* Back to 2\.0\.0\.\n/s);
    assert.match(told, new RegExp(`everything runs version ${NEW} again: `));
    assert.deepEqual(
      await versions(),
      ORDER.map(() => NEW),
    );
    assert.equal(readlinkSync(link), join(machine, 'versions', NEW ?? ''));
    await nobodyWasThrownOut();
    console.log(`      ${((performance.now() - from) / 1_000).toFixed(1)} s`);
  });

  it('changes nothing where the new version finds settings or stores that it would not run with', async () => {
    const { REDIS_URL, ...rest } = settings;
    const main = join(machine, 'versions', SICK ?? '', 'bin/launcher/main.ts');
    const told = await new Promise<string>((resolve) => {
      execFile(process.execPath, [main, 'deploy'], { env: rest }, (_error, _out, text) => resolve(text));
    });
    assert.match(
      told,
      /nothing was changed, since this version would not run here:\n {2}- settings: REDIS_URL is missing/,
    );
    assert.ok(REDIS_URL);
    assert.deepEqual(
      await versions(),
      ORDER.map(() => NEW),
    );
  });

  it('goes back to the old version by its own deploy, and nothing that was acknowledged is lost', async () => {
    const { code, told } = await deploy(OLD ?? '');
    assert.equal(code, 0, told);
    assert.deepEqual(
      await versions(),
      ORDER.map(() => OLD),
    );
    await nobodyWasThrownOut();
    goesOn = false;
    await work;
    await drained(witnesses(), PATIENCE_MS);
    const { acknowledged, given, ...rest } = await testify(whole.store, whole.exam.planId, witnesses());
    assert.deepEqual(rest, { lost: 0, unproved: 0, altered: 0, foreign: 0, unsaved: 0, notBack: 0 });
    console.log(`      ${given} answers, ${acknowledged} of them acknowledged under their own revision`);
    assert.ok(acknowledged >= witnesses().length * 20, 'too few answers to prove anything');
  });
});
