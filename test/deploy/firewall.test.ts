// The nftables example in a network of its own: one machine on which every port is open, and everybody who might come, each
// from his own address. What the role of the machine needs is open, to who needs it; everything else is closed.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../bin/launcher/command.ts';
import type { Program } from '../../bin/launcher/unpacked.ts';
import { findTools } from '../../chaos/tools.ts';
import { testFolder } from '../support/parts.ts';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../deploy/nftables/examhall.nft'), 'utf8');
const FIXTURE = join(import.meta.dirname, 'network-fixture.ts');
const MACHINE = '10.0.0.99';
const PORTS = [22, 80, 443, 6379, 8080, 16379, 26379, 27017, 9090];
const WHO = {
  office: '10.0.0.5',
  monitor: '10.0.0.6',
  edge: '10.0.0.2',
  api: '10.0.0.11',
  rooms: '10.0.0.22',
  workers: '10.0.0.23',
  mongodb: '10.0.0.32',
  redis: '10.0.0.43',
  neighbour: '10.0.0.77',
  stranger: '203.0.113.9',
} as const;
type Who = keyof typeof WHO;
const EVERYBODY = Object.keys(WHO) as Who[];
const OURS: readonly Who[] = ['api', 'rooms', 'workers'];

/** By what a machine is: the port, and who reaches it. Beside that, the office reaches 22, everywhere. */
const OPEN: Readonly<Record<string, readonly (readonly [port: number, who: readonly Who[]])[]>> = {
  edge: [
    [80, EVERYBODY],
    [443, EVERYBODY],
  ],
  api: [[8080, ['edge', 'monitor']]],
  rooms: [[8080, ['edge', 'monitor']]],
  workers: [[8080, ['monitor']]],
  mongodb: [[27017, [...OURS, 'mongodb']]],
  redis: [
    [6379, [...OURS, 'redis']],
    [26379, [...OURS, 'redis']],
    [16379, ['redis']],
  ],
};

const run = promisify(execFile);

/** Undefined where a network of one's own cannot be made here. */
function toolsOf(): { nft: Program; ip: string } | { missing: string } {
  const { nft } = findTools(true);
  const ip = findProgram('ip') ?? findProgram('ip', '/usr/sbin:/sbin');
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { missing: 'a network of its own needs root' };
  if (ip === undefined) return { missing: 'there is no ip here' };
  if (nft === undefined) return { missing: 'there is no nft here; bin/examhall chaos brings it' };
  return { nft, ip };
}

describe('the firewall', function () {
  this.timeout(30_000);
  const [inside, outside] = [`eh${process.pid}i`, `eh${process.pid}o`];
  let nft: Program;
  let ip: string;
  let listener: ChildProcess | undefined;

  before(async function () {
    const tools = toolsOf();
    if ('missing' in tools) {
      console.log(`      skipped: ${tools.missing}`);
      return this.skip();
    }
    ({ nft, ip } = tools);
    try {
      await run(ip, ['netns', 'add', inside]);
    } catch (error) {
      console.log(`      skipped: no network of its own can be made here (${String(error).split('\n')[0]})`);
      return this.skip();
    }
    await run(ip, ['netns', 'add', outside]);
    const [near, far] = [`v${process.pid}i`, `v${process.pid}o`];
    await run(ip, ['link', 'add', near, 'netns', inside, 'type', 'veth', 'peer', 'name', far, 'netns', outside]);
    await run(ip, ['-n', inside, 'addr', 'add', `${MACHINE}/24`, 'dev', near]);
    await run(ip, ['-n', inside, 'addr', 'add', '203.0.113.1/24', 'dev', near]);
    for (const address of Object.values(WHO))
      await run(ip, ['-n', outside, 'addr', 'add', `${address}/24`, 'dev', far]);
    await run(ip, ['-n', inside, 'link', 'set', near, 'up']);
    await run(ip, ['-n', inside, 'link', 'set', 'lo', 'up']);
    await run(ip, ['-n', outside, 'link', 'set', far, 'up']);
    const command = ['netns', 'exec', inside, process.execPath, FIXTURE, 'listen', ...PORTS.map(String)];
    listener = spawn(ip, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (listener.stdout !== null) await once(listener.stdout, 'data');
  });
  after(async () => {
    if (listener !== undefined) {
      listener.kill();
      await once(listener, 'exit');
    }
    if (ip === undefined) return;
    for (const name of [inside, outside]) await run(ip, ['netns', 'del', name]).catch(() => undefined);
  });

  /** The example, with the lines of this role alone, as the machine's rules. */
  async function become(role: string): Promise<void> {
    const others = Object.keys(OPEN).filter((one) => one !== role);
    const rules = others.reduce((text, other) => {
      assert.ok(text.includes(`    jump ${other}\n`), other);
      return text.replace(`    jump ${other}\n`, '');
    }, EXAMPLE);
    const path = join(await testFolder(), 'examhall.nft');
    await writeFile(path, rules);
    await run(ip, ['netns', 'exec', inside, nft.path, '-f', path], { env: nft.env });
  }

  async function reached(): Promise<string[]> {
    const ask = async (host: string, who: readonly Who[]) => {
      const from = who.map((one) => WHO[one]).join(',');
      const command = ['netns', 'exec', outside, process.execPath, FIXTURE, 'try', host, from, PORTS.join(',')];
      return JSON.parse((await run(ip, command)).stdout) as [string, string][];
    };
    const found = await Promise.all([
      ask(
        MACHINE,
        EVERYBODY.filter((who) => who !== 'stranger'),
      ),
      ask('203.0.113.1', ['stranger']),
    ]);
    const nameOf = (address: string) => EVERYBODY.find((who) => WHO[who] === address);
    return found
      .flat()
      .map(([from, port]) => `${nameOf(from)} ${port}`)
      .sort();
  }

  it('is what closes them: without it everybody reaches everything', async () => {
    assert.equal((await reached()).length, EVERYBODY.length * PORTS.length);
  });

  for (const [role, open] of Object.entries(OPEN))
    it(`of a machine of ${role} lets in who needs it, and nobody else to anything`, async () => {
      await become(role);
      const wanted = open.flatMap(([port, who]) => who.map((one) => `${one} ${port}`));
      assert.deepEqual(await reached(), [...wanted, 'office 22'].sort());
    });
});
