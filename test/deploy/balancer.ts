// A real nginx or HAProxy in front of a system, as an ordinary process on a free port, with the example of deploy/ as its
// configuration: only hosts, ports, files and the user are put in. Called by the tests of deploy/.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Balancer, BalancerName } from '../../bin/launcher/balancers.ts';
import { createSupervisor } from '../../bin/launcher/supervisor.ts';
import { testFolder } from '../support/parts.ts';

export type Ports = {
  /** Of https, and of http, which leads there. */
  readonly front: number;
  readonly plain: number;
  readonly api: readonly [number, number];
  readonly rooms: readonly [number, number];
};

export type RunningBalancer = {
  /** What it has written so far. */
  log(): string;
  /** Has it read its configuration and certificate again, as its example says. */
  reload(): void;
  stop(): Promise<void>;
};

const EXAMPLES = join(import.meta.dirname, '../../deploy');
const HOST = '127.0.0.1';
/** What `systemctl reload` sends to the first process of each. */
const RELOADS_BY = { nginx: 'SIGHUP', haproxy: 'SIGUSR2' } as const;

/** What of the example is put in, by what stands there. Each must stand there. */
type Filling = readonly (readonly [given: string, put: string])[];

/** Starts it; resolves when it listens. */
export async function startBalancer(
  name: BalancerName,
  program: Exclude<Balancer, { missing: string }>,
  ports: Ports,
  certificate: string,
): Promise<RunningBalancer> {
  const folder = await testFolder();
  const args = await { nginx: nginxArguments, haproxy: haproxyArguments }[name](folder, ports, certificate);
  const supervisor = createSupervisor({ restart: 'never', tell: () => {} });
  const output = join(folder, `${name}.log`);
  await supervisor.start({
    name,
    stage: 0,
    command: program.path,
    args,
    env: program.env,
    output: { kind: 'file', path: output },
    ready: { kind: 'probe', probe: () => listens(ports.front) },
    readyLimitMs: 10_000,
    stopLimitMs: 5_000,
  });
  return {
    log: () => readFileSync(output, 'utf8'),
    reload() {
      const pid = supervisor.pid(name);
      if (pid === undefined) throw new Error(`${name} has ended`); // a signal to nobody in particular would be one to this test
      process.kill(pid, RELOADS_BY[name]);
    },
    stop: () => supervisor.stop(),
  };
}

/** The addresses, in the same words in both examples. */
function addresses({ api, rooms }: Ports): Filling {
  return [
    ...api.map((port, n) => [`10.0.0.1${n + 1}:8080`, `${HOST}:${port}`] as const),
    ...rooms.map((port, n) => [`10.0.0.2${n + 1}:8080`, `${HOST}:${port}`] as const),
  ];
}

async function nginxArguments(folder: string, ports: Ports, certificate: string): Promise<string[]> {
  const site = filled('nginx/examhall.conf', [
    ...addresses(ports),
    ['listen 80;', `listen ${HOST}:${ports.plain};`],
    ['listen 443 ssl', `listen ${HOST}:${ports.front} ssl`],
    ['/etc/ssl/exam.example.org.crt', certificate],
    ['/etc/ssl/private/exam.example.org.key', certificate],
    ['exam.example.org', HOST],
  ]);
  await writeFile(join(folder, 'examhall.conf'), site);
  await mkdir(join(folder, 'temp'));
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `  ${what}_temp_path ${folder}/temp/${what};`,
  );
  // What the package's own nginx.conf has around it.
  const around = [
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'daemon off;',
    'worker_processes 2;',
    `pid ${folder}/nginx.pid;`,
    'events { worker_connections 1024; }',
    'http {',
    '  access_log off;',
    ...temp,
    `  include ${folder}/examhall.conf;`,
    '}',
  ];
  await writeFile(join(folder, 'nginx.conf'), `${around.join('\n')}\n`);
  return ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
}

async function haproxyArguments(folder: string, ports: Ports, certificate: string): Promise<string[]> {
  const configuration = filled('haproxy/haproxy.cfg', [
    ...addresses(ports),
    ['bind :80\n', `bind ${HOST}:${ports.plain}\n`],
    ['bind :443 ', `bind ${HOST}:${ports.front} `],
    ['/etc/haproxy/exam.example.org.pem', certificate],
    ['log /dev/log local0', 'log stdout format raw local0'],
    ['  user haproxy\n', ''],
    ['  group haproxy\n', ''],
    ['maxconn 20000', 'maxconn 500'],
  ]);
  const path = join(folder, 'haproxy.cfg');
  await writeFile(path, configuration);
  return ['-W', '-f', path]; // as the package's service does: one process that watches, and a worker that can be replaced
}

/** Throws where the example does not have what is to be put in: then the test would prove another configuration. */
function filled(example: string, filling: Filling): string {
  return filling.reduce(
    (text, [given, put]) => {
      if (!text.includes(given)) throw new Error(`deploy/${example} has no ${given}`);
      return text.replaceAll(given, put);
    },
    readFileSync(join(EXAMPLES, example), 'utf8'),
  );
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST });
    socket.on('connect', () => socket.destroy());
    socket.on('error', () => {}); // not yet: 'close' follows and says so
    socket.on('close', (hadError) => resolve(!hadError));
  });
}
