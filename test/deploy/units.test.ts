// The systemd unit and the image's description of deploy/, as far as they can be judged without running them: by systemd's
// own tools where they are installed, and by what must hold for a drain, a restart and a secret.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../bin/launcher/command.ts';
import { readConfig } from '../../config.ts';
import { testFolder } from '../support/parts.ts';

const ROOT = join(import.meta.dirname, '../..');
const CURRENT = '/opt/examhall/current';
const ROLES = ['api', 'rooms', 'workers'] as const;
const STOP_MS = 30_000;
const WORST_EXPOSURE = 2;
const run = promisify(execFile);

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the systemd unit', function () {
  this.timeout(20_000);
  const unit = read('deploy/systemd/examhall@.service');
  const settings = unit.split('\n').filter((line) => line !== '' && !/^[#[]/.test(line));
  const said = (name: string) => settings.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);

  it('is well formed for each role, and leaves a process little to do harm with, as systemd-analyze says', async function () {
    const analyze = findProgram('systemd-analyze');
    if (analyze === undefined) {
      console.log('      skipped: there is no systemd-analyze here');
      return this.skip();
    }
    const folder = await testFolder();
    const here = unit.replaceAll(CURRENT, ROOT.replace(/\/$/, ''));
    const files = ROLES.map((role) => join(folder, `examhall@${role}.service`));
    for (const file of files) await writeFile(file, here);
    const { stderr } = await run(analyze, ['verify', '--man=no', ...files]);
    assert.equal(stderr.replaceAll(/^.*(?!examhall).*\.(socket|target|mount).*$/gm, '').trim(), '');
    const { stdout } = await run(analyze, ['security', '--offline=true', '--no-pager', files[0] ?? '']);
    const exposure = Number(/Overall exposure level.*: ([\d.]+)/.exec(stdout)?.[1]);
    assert.ok(exposure <= WORST_EXPOSURE, stdout);
  });

  it('gives a drain its time: one SIGTERM, to the launcher alone, and patience that is longer than all that may follow', () => {
    const { drainMs } = readConfig({
      MONGODB_URL: 'mongodb://h/x',
      REDIS_URL: 'redis://h',
      EXAMHALL_SECRET: 'x'.repeat(32),
    });
    const longestLeaveMs = 10_000;
    assert.ok(Number(said('TimeoutStopSec')) * 1_000 >= drainMs + longestLeaveMs + STOP_MS);
    assert.equal(said('KillMode'), 'mixed');
    assert.equal(said('Restart'), 'always');
    assert.equal(said('StartLimitIntervalSec'), '0');
    assert.equal(said('ExecReload'), '/bin/kill -HUP $MAINPID');
  });

  it('shows no secret: they are in files that root alone reads', () => {
    assert.ok(!settings.some((line) => /^Environment=.*(SECRET|_URL|KEY)/.test(line)));
    assert.equal(said('EnvironmentFile'), '/etc/examhall/examhall.env');
  });
});

describe("the image's description", () => {
  const text = read('deploy/container/Containerfile');
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  const instructions = lines.filter((line) => /^ *[A-Z]/.test(line)).map((line) => line.trim());
  const of = (name: string) => instructions.filter((line) => line.startsWith(`${name} `));

  it('names its base exactly, with the Node that the project uses', () => {
    const node = /^node_version=(.+)$/m.exec(read('bin/launcher/node.sh'))?.[1];
    for (const from of of('FROM')) assert.match(from, new RegExp(`^FROM docker\\.io/library/node:${node}-\\S+`));
  });

  it('copies what is there, adds nothing from elsewhere, and holds no secret', () => {
    for (const copy of of('COPY').filter((line) => !line.includes('--from=')))
      for (const source of copy.split(' ').slice(1, -1)) assert.ok(existsSync(join(ROOT, source)), copy);
    assert.deepEqual(of('ADD'), []);
    assert.doesNotMatch(text, /SECRET|PASSWORD|_KEY|REDIS_URL|MONGODB_URL/);
  });

  it('runs as nobody in particular, on the port of the settings, and hears the SIGTERM of who stops it', () => {
    assert.deepEqual(of('USER'), ['USER 1000:1000']);
    assert.ok(
      instructions.findIndex((line) => line.startsWith('USER')) < instructions.indexOf(of('ENTRYPOINT')[0] ?? ''),
    );
    assert.deepEqual(of('EXPOSE'), ['EXPOSE 8080']);
    for (const form of [...of('ENTRYPOINT'), ...of('CMD')])
      assert.match(form, / \[".*"\]$/, 'a shell would not pass it on');
    for (const [, file = ''] of text.matchAll(/"(bin\/[^"]+)"/g)) assert.ok(existsSync(join(ROOT, file)), file);
  });

  it('is well when what it runs answers, which here nothing does', async () => {
    const folder = await testFolder();
    await mkdir(join(folder, 'running'));
    const env = { ...process.env, EXAMHALL_DATA_DIR: folder };
    const asked = run(process.execPath, [join(ROOT, 'bin/launcher/health.ts')], { env });
    await assert.rejects(asked, /0 run here/);
  });
});
