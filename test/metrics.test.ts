// The catalogue of metrics against what processes of each role show, both ways. The processes are the real ones.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { gaugeOf } from '../metrics.ts';
import { newId } from '../schema/ids.ts';
import { LABEL_VALUES, METRIC_ROLES, METRICS, type MetricRole, STATE_VALUES } from '../schema/metrics.ts';
import { bareEnvironment } from './support/bare-environment.ts';
import { mongodbUrl, redisUrl, testFolder } from './support/parts.ts';

const SERVER = join(import.meta.dirname, '../server.ts');

type Shown = { readonly name: string; readonly type: string; readonly help: string };

describe('the catalogue of metrics', function () {
  this.timeout(60_000);
  const children: ChildProcess[] = [];
  const texts = new Map<MetricRole, string>();

  before(async () => {
    const settings = {
      ...bareEnvironment(),
      MONGODB_URL: await mongodbUrl(`metrics-${newId()}`),
      REDIS_URL: await redisUrl(),
      EXAMHALL_SECRET: randomBytes(32).toString('base64url'),
      EXAMHALL_DATA_DIR: await testFolder(),
      EXAMHALL_LOG_LEVEL: 'silent',
      EXAMHALL_PORT: '0',
    };
    const show = async (role: MetricRole) => {
      const port = await start({ ...settings, EXAMHALL_ROLES: role });
      texts.set(role, await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    };
    await Promise.all(METRIC_ROLES.map(show));
  });
  after(() => Promise.all(children.map(ended)));

  function start(env: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      children.push(child);
      child.on('message', (message) => {
        const { port } = message as { port?: number }; // the framework says something to its parent, too
        if (port !== undefined) resolve(port);
      });
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`it ended with ${code}`)));
    });
  }

  for (const role of METRIC_ROLES) {
    it(`says what a process with the role ${role} shows, and nothing else`, () => {
      const known = Object.entries(METRICS)
        .filter(([, { of, onlyWith }]) => of.includes(role) && onlyWith === undefined)
        .map(([name, { type, help }]): Shown => ({ name, type, help }));
      assert.deepEqual(sorted(shownIn(texts.get(role) ?? '')), sorted(known));
    });
  }

  it('has readings of store, Redis, queues, processes, disk and clock in each of them', () => {
    for (const [role, text] of texts) {
      for (const line of [
        'examhall_dependency_up{dependency="store"} 1',
        'examhall_dependency_up{dependency="redis"} 1',
        'examhall_queue_jobs{queue="answers",place="failed"} 0',
        'examhall_queue_oldest_seconds{queue="answers"} 0',
        'examhall_processes{state="silent"} 0',
        'examhall_clock_off 0',
      ])
        assert.ok(text.includes(`\n${line}\n`), `${role}: ${line}`);
      const [, free] = /^examhall_disk_free_ratio (\S+)$/m.exec(text) ?? [];
      assert.ok(Number(free) > 0 && Number(free) < 1, `${role}: ${free}`);
    }
  });

  it('labels nothing by what could be a person, a plan or a room', () => {
    const labels = Object.values(METRICS).flatMap((metric) => metric.labels);
    const few = [...Object.keys(LABEL_VALUES), 'state'];
    const boundedByCode = ['version', 'route', 'method', 'status', 'code'];
    const ofNode = ['type', 'space', 'kind', 'major', 'minor', 'patch'];
    const unknown = labels.filter((label) => ![...few, ...boundedByCode, ...ofNode].includes(label));
    assert.deepEqual(unknown, []);
    const withState = Object.keys(METRICS).filter((name) => METRICS[name]?.labels.includes('state'));
    assert.deepEqual(withState.sort(), Object.keys(STATE_VALUES).sort());
  });

  it('has base units, counters that say so, and buckets of histograms alone', () => {
    for (const [name, { type, help, buckets }] of Object.entries(METRICS)) {
      assert.match(name, /^[a-z][a-z0-9_]*$/);
      assert.ok(!/_ms|_minutes|_kb|_percent/.test(name), name);
      if (name.startsWith('examhall_')) assert.equal(name.endsWith('_total'), type === 'counter', name);
      if (name.startsWith('examhall_')) assert.equal(buckets !== undefined, type === 'histogram', name);
      assert.ok(help.length > 10, name);
    }
  });

  it('shows the others where one reading fails, and nothing instead of a 0', async () => {
    const registry = new Registry();
    gaugeOf(registry, 'examhall_rooms', () => Promise.reject(new Error('away')));
    gaugeOf(registry, 'examhall_clients', () => [{ labels: {}, value: 3 }]);
    const text = await registry.metrics();
    assert.match(text, /^examhall_clients 3$/m);
    assert.doesNotMatch(text, /^examhall_rooms \d/m);
  });
});

function shownIn(text: string): Shown[] {
  const helps = new Map([...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help = '']) => [name, help]));
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return types.map(([, name = '', type = '']) => ({ name, type, help: helps.get(name) ?? '' }));
}

function sorted(shown: readonly Shown[]): Shown[] {
  return [...shown].sort((one, other) => one.name.localeCompare(other.name));
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
