// The only reader of the environment. One schema, each key with unit, default and a sentence; all problems are reported
// together; a table for operators is printed from it. The composition root reads it once and hands it on.
import { hkdfSync } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import type { AlarmSettings } from './alarms/start.ts';
import type { CertificateFiles } from './certificate.ts';
import { namesCluster, readClusterUrl } from './redis-connection.ts';
import { PAPER_KEY_BYTES } from './schema/sealed-paper.ts';
import { type SettingsFacts, weakSettings } from './weaknesses.ts';

const PROCESS_ROLES = ['api', 'rooms', 'workers'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

const roles = z
  .string()
  .transform((text) => text.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(PROCESS_ROLES)).min(1));
const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

/** A network wider than this is a mistake: whoever is in it may say that he is somebody else. */
const WIDEST_PREFIX = 8;
const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];
const isNetwork = (entry: string): boolean => {
  const [address = '', prefix = ''] = entry.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (!entry.includes('/')) return bits > 0;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= WIDEST_PREFIX && Number(prefix) <= bits;
};
const networks = list.refine(
  (entries) => entries.every((entry) => NAMED_NETWORKS.includes(entry) || isNetwork(entry)),
  {
    message: `takes addresses, networks of at least ${WIDEST_PREFIX} bits, and ${NAMED_NETWORKS.join(', ')}`,
  },
);

const paperKey = z
  .string()
  .regex(/^(|[0-9a-fA-F]{64}|[0-9A-Za-z+/_-]{43}=?)$/, 'is 32 bytes as 64 hex digits or as base64')
  .transform((text) => Buffer.from(text, text.length === 2 * PAPER_KEY_BYTES ? 'hex' : 'base64'));

const MIB = 1024 * 1024;

type Key = {
  readonly schema: z.ZodType;
  readonly fallback?: string;
  readonly secret?: true;
  readonly sentence: string;
};

/** Every setting: its variable, its shape, its default, and the sentence for the operator. */
const KEYS = {
  NODE_ENV: {
    schema: z.enum(['production', 'development', 'test']),
    fallback: 'development',
    sentence: 'production refuses weak or missing settings',
  },
  MONGODB_URL: {
    schema: z.string().regex(/^mongodb(\+srv)?:\/\//),
    secret: true,
    sentence: 'the store; names its write concern (docs/operations.md)',
  },
  REDIS_URL: {
    schema: z
      .string()
      .regex(/^rediss?(\+cluster)?:\/\//)
      .refine((url) => !namesCluster(url) || readClusterUrl(url) !== undefined, {
        message: 'is redis+cluster://user:password@host:port,host:port, without a database',
      }),
    secret: true,
    sentence: 'the queues and live data, on one server or on a cluster; AOF and noeviction are checked',
  },
  EXAMHALL_SECRET: { schema: z.string().min(32), secret: true, sentence: 'signs tokens; at least 32 characters' },
  EXAMHALL_PAPER_KEY: {
    schema: paperKey,
    fallback: '',
    secret: true,
    sentence:
      'seals papers before the start, and the keys of sealed exports and signed receipts: 32 bytes as hex or base64; empty derives it from EXAMHALL_SECRET',
  },
  EXAMHALL_ROLES: {
    schema: roles,
    fallback: 'api,rooms,workers',
    sentence: 'what this process does: api, rooms, workers',
  },
  EXAMHALL_HOST: { schema: z.string().min(1), fallback: '127.0.0.1', sentence: 'the address to listen on' },
  EXAMHALL_PORT: {
    schema: wholeNumber(0, 65_535),
    fallback: '8080',
    sentence: 'the port to listen on; 0 takes a free one',
  },
  EXAMHALL_TLS_CERT: {
    schema: z.string(),
    fallback: '',
    sentence:
      'the PEM file of the certificate, with what leads to its authority, where this process itself speaks https and wss; empty where a balancer does',
  },
  EXAMHALL_TLS_KEY: {
    schema: z.string(),
    fallback: '',
    sentence: 'the PEM file of its key; both are read again when they change, and on SIGHUP',
  },
  EXAMHALL_PUBLIC_ADDRESS: {
    schema: z.string(),
    fallback: '',
    sentence: 'host:port or host/path under which clients reach this rooms process',
  },
  EXAMHALL_ROOM_ADDRESSES: {
    schema: list,
    fallback: '',
    sentence: 'host:port or host/path of rooms processes that pages may connect to beside the api, comma-separated',
  },
  EXAMHALL_PUBLIC_URL: {
    schema: z.string(),
    fallback: '',
    sentence: 'the address of the api as people open it; for links',
  },
  EXAMHALL_DATA_DIR: {
    schema: z.string().min(1),
    fallback: 'data',
    sentence: 'the folder of answer files and signed audit heads',
  },
  EXAMHALL_BACKUP_DIR: {
    schema: z.string(),
    fallback: '',
    sentence:
      'the folder with a folder for each backup, where check looks how old the last one is; empty looks for none',
  },
  EXAMHALL_BACKUP_HOURS: {
    schema: wholeNumber(1, 100_000),
    fallback: '24',
    sentence: 'how old the last backup may be, in hours',
  },
  EXAMHALL_S3_URL: {
    schema: z
      .string()
      .regex(/^(|https?:\/\/[^/?#@]+\/[^/?#]+(\/[^?#]*)?)$/, 'is https://host/bucket, or https://host/bucket/prefix'),
    fallback: '',
    sentence:
      'the bucket of uploaded files in an S3-compatible store, by its path; empty keeps them in EXAMHALL_DATA_DIR',
  },
  EXAMHALL_S3_REGION: { schema: z.string().min(1), fallback: 'us-east-1', sentence: 'the region of that bucket' },
  EXAMHALL_S3_KEY_ID: { schema: z.string(), fallback: '', secret: true, sentence: 'the access key of that bucket' },
  EXAMHALL_S3_SECRET: { schema: z.string(), fallback: '', secret: true, sentence: 'the secret of that access key' },
  EXAMHALL_VIRUS_HOOK: {
    schema: z
      .string()
      .refine((text) => !text.includes('"') && !text.includes("'"), 'is split at blanks, and has no quotes'),
    fallback: '',
    sentence:
      'what looks for viruses in uploaded files: a command that reads the file, or finds it at {file}, and ends with 0 for clean and 1 for found; or off, which production has to say',
  },
  EXAMHALL_VIRUS_SECONDS: {
    schema: wholeNumber(1, 3_600),
    fallback: '120',
    sentence: 'how long that may take for one file, in seconds; then it is tried again later',
  },
  EXAMHALL_FILES_PLAN_MB: {
    schema: wholeNumber(1, 100_000_000),
    fallback: '20480',
    sentence: 'how much the uploaded files of one plan may have, in MiB, and as much again its kept exports',
  },
  EXAMHALL_FILES_PERSON_MB: {
    schema: wholeNumber(1, 100_000_000),
    fallback: '5120',
    sentence: 'how much of that one person may bring, in MiB',
  },
  EXAMHALL_ORIGINS: {
    schema: list,
    fallback: '',
    sentence:
      'origins of web pages that may call the api, or open sockets to the rooms, from another address; comma-separated',
  },
  EXAMHALL_TRUSTED_PROXIES: {
    schema: networks,
    fallback: 'loopback',
    sentence:
      'who may say in X-Forwarded-For whose request it is: addresses and networks of the balancers, comma-separated; wrong codes are counted by it',
  },
  EXAMHALL_LEAVE_MS: {
    schema: wholeNumber(0, 10_000),
    fallback: '0',
    sentence:
      'how long a stopping api says at /ready that it leaves, and still serves; longer than a balancer takes to see it',
  },
  EXAMHALL_ENTER_IN_FLIGHT: {
    schema: wholeNumber(1, 10_000),
    fallback: '64',
    sentence: 'enters at once; more get 503 with Retry-After',
  },
  EXAMHALL_RATE_PERSON: {
    schema: wholeNumber(60, 1_000_000),
    fallback: '6000',
    sentence: 'requests of one person or machine in a minute; entering and saving answers are never counted',
  },
  EXAMHALL_RATE_ADDRESS: {
    schema: wholeNumber(60, 1_000_000),
    fallback: '6000',
    sentence: 'requests without a valid token from one address in a minute; entering is never counted',
  },
  EXAMHALL_SESSION_HOURS: { schema: wholeNumber(1, 168), fallback: '12', sentence: "a staff session's life, in hours" },
  EXAMHALL_WORKER_CONCURRENCY: {
    schema: wholeNumber(1, 64),
    fallback: '8',
    sentence: 'answers jobs at once in one workers process',
  },
  EXAMHALL_START_AHEAD_SECONDS: {
    schema: z.coerce.number().min(0.5).max(60),
    fallback: '3',
    sentence:
      'how far ahead a start names its instant at least, so that rooms on all machines begin together, in seconds',
  },
  EXAMHALL_DRAIN_SECONDS: {
    schema: wholeNumber(0, 600),
    fallback: '20',
    sentence: 'how long a process that is stopped may take to hand its rooms over, in seconds; 0 hands over none',
  },
  EXAMHALL_ALARM_WEBHOOK_URL: {
    schema: z.string().regex(/^(|https?:\/\/\S+)$/, 'is an address with http or https'),
    fallback: '',
    secret: true,
    sentence: 'where alarms are told as signed JSON; empty tells none',
  },
  EXAMHALL_ALARM_WEBHOOK_SECRET: {
    schema: z.string().regex(/^(|.{32,})$/, 'has at least 32 characters'),
    fallback: '',
    secret: true,
    sentence: 'signs what is told there; at least 32 characters',
  },
  EXAMHALL_ALARM_SMTP_URL: {
    schema: z
      .string()
      .regex(/^(|smtps?:\/\/\S+)$/, 'is smtp://user:password@host:port, or smtps:// with TLS from the start'),
    fallback: '',
    secret: true,
    sentence: 'the mail server through which alarms are told; empty tells none',
  },
  EXAMHALL_ALARM_MAIL_FROM: { schema: z.string(), fallback: '', sentence: 'the sender of mails about alarms' },
  EXAMHALL_ALARM_MAIL_TO: { schema: list, fallback: '', sentence: 'who gets mails about alarms, comma-separated' },
  EXAMHALL_RUNBOOKS: {
    schema: z.string().min(1),
    fallback: 'docs/operations.md',
    sentence: 'where the page of operations is, for the links in alarms',
  },
  EXAMHALL_INSIDE_PAGES: {
    schema: z.enum(['off', 'on']),
    fallback: 'off',
    sentence: 'whether an api shows its queues and rooms to admins at /inside',
  },
  EXAMHALL_QUERY_SOURCES: {
    schema: z.enum(['off', 'on']),
    fallback: 'off',
    sentence: 'whether each query tells MongoDB which line it comes from, for the list of slow ones; costs time',
  },
  EXAMHALL_TRACES_URL: {
    schema: z.string().regex(/^(|https?:\/\/\S+)$/, 'is an address with http or https'),
    fallback: '',
    sentence: 'where traces go as OTLP over HTTP in JSON, with its path /v1/traces; empty traces nothing',
  },
  EXAMHALL_TRACES_SHARE: {
    schema: z.coerce.number().min(0).max(1),
    fallback: '0.01',
    sentence: 'the share of requests that are traced, 0 to 1; the same on all machines',
  },
  EXAMHALL_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    fallback: 'info',
    sentence: 'the least level that is logged',
  },
} as const satisfies Record<string, Key>;

type Name = keyof typeof KEYS;

/** What the whole system is configured by. Lengths in ms. */
export type Config = {
  readonly production: boolean;
  readonly mongodbUrl: string;
  readonly redisUrl: string;
  readonly secret: string;
  /** 32 bytes. */
  readonly paperKey: Uint8Array;
  readonly roles: readonly ProcessRole[];
  readonly host: string;
  readonly port: number;
  /** The files of the certificate, where this process ends TLS. */
  readonly tls: CertificateFiles | undefined;
  /** Whether people reach it over https, ended here or in front. */
  readonly secure: boolean;
  readonly publicAddress: string;
  readonly roomAddresses: readonly string[];
  readonly publicUrl: string;
  readonly dataDir: string;
  /** Where backups lie, '' for nowhere, and how old the last one may be. */
  readonly backups: { readonly dir: string; readonly mostHours: number };
  /** Where uploaded files lie, if not in the data directory. */
  readonly bucket:
    | { readonly url: string; readonly region: string; readonly keyId: string; readonly secret: string }
    | undefined;
  /** What looks for viruses: the programme and its arguments; undefined where it is off. */
  readonly virusHook: { readonly command: readonly string[]; readonly limitMs: number } | undefined;
  /** In bytes. */
  readonly fileQuota: { readonly planBytes: number; readonly personBytes: number };
  readonly origins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly leaveMs: number;
  readonly enterInFlight: number;
  /** Requests a minute. */
  readonly rates: { readonly person: number; readonly address: number };
  readonly sessionMs: number;
  readonly workerConcurrency: number;
  readonly startAheadMs: number;
  readonly drainMs: number;
  /** Whom alarms are told to. */
  readonly alarms: AlarmSettings;
  /** Whether admins may look at queues and rooms. */
  readonly hasInsidePages: boolean;
  /** Whether queries name their lines. */
  readonly namesQueries: boolean;
  /** Where traces go, if anywhere. */
  readonly traces: { readonly url: string; readonly ratio: number } | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
};

/** Thrown with every problem at once; each is a sentence that names the setting and what is allowed. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly string[];
  constructor(problems: readonly string[], heading: string) {
    super(`${heading}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** As `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks all settings. Throws ConfigError, with what the servers have shown (`alsoFound`) beside the rest. */
export function readConfig(environment: Environment, alsoFound: readonly string[] = []): Config {
  const { config, problems, settings } = examine(environment);
  const all = [...problems, ...(config.production ? weakSettings(settings) : []), ...alsoFound];
  const heading = alsoFound.length === 0 ? 'the settings are not usable' : 'this does not start in production';
  if (all.length > 0) throw new ConfigError(all, heading);
  return config.paperKey.length === 0 ? { ...config, paperKey: paperKeyFrom(config.secret) } : config;
}

/** What is not usable, a sentence each, and the settings that are: what they lead to can be looked at all the same. Never throws. */
export function examineConfig(environment: Environment): {
  readonly problems: readonly string[];
  readonly settings: SettingsFacts;
  /** Undefined where neither it nor the secret is usable. */
  readonly paperKey: Uint8Array | undefined;
} {
  const { config, problems, settings } = examine(environment);
  const own = config.paperKey?.length === 0 ? config.secret && paperKeyFrom(config.secret) : config.paperKey;
  return { problems, settings, paperKey: own || undefined };
}

/** What is not usable is undefined in `config`, and a sentence in `problems`. */
function examine(environment: Environment): { config: Config; problems: string[]; settings: SettingsFacts } {
  const problems: string[] = [];
  const read = <N extends Name>(name: N): z.infer<(typeof KEYS)[N]['schema']> => {
    const key: Key = KEYS[name];
    // An empty value is none: as a number it would be 0.
    const text = environment[name] || key.fallback;
    const parsed = key.schema.safeParse(text);
    if (!parsed.success) problems.push(sentenceOf(name, key, text, parsed.error));
    return parsed.data as z.infer<(typeof KEYS)[N]['schema']>;
  };
  const bucket = {
    url: read('EXAMHALL_S3_URL'),
    region: read('EXAMHALL_S3_REGION'),
    keyId: read('EXAMHALL_S3_KEY_ID'),
    secret: read('EXAMHALL_S3_SECRET'),
  };
  if (bucket.url && (bucket.keyId === '' || bucket.secret === ''))
    problems.push('EXAMHALL_S3_URL names a bucket: set EXAMHALL_S3_KEY_ID and EXAMHALL_S3_SECRET, too');
  const tls = { certificate: read('EXAMHALL_TLS_CERT'), key: read('EXAMHALL_TLS_KEY') };
  if ((tls.certificate === '') !== (tls.key === ''))
    problems.push('EXAMHALL_TLS_CERT and EXAMHALL_TLS_KEY belong together: set both, or none');
  const publicUrl = read('EXAMHALL_PUBLIC_URL');
  const webhook = { url: read('EXAMHALL_ALARM_WEBHOOK_URL'), secret: read('EXAMHALL_ALARM_WEBHOOK_SECRET') };
  if (webhook.url && webhook.secret === '')
    problems.push('EXAMHALL_ALARM_WEBHOOK_URL is set: set EXAMHALL_ALARM_WEBHOOK_SECRET, too');
  const mail = {
    url: read('EXAMHALL_ALARM_SMTP_URL'),
    from: read('EXAMHALL_ALARM_MAIL_FROM'),
    to: read('EXAMHALL_ALARM_MAIL_TO'),
  };
  if (mail.url && (mail.from === '' || mail.to.length === 0))
    problems.push('EXAMHALL_ALARM_SMTP_URL is set: set EXAMHALL_ALARM_MAIL_FROM and EXAMHALL_ALARM_MAIL_TO, too');
  const virusHook = read('EXAMHALL_VIRUS_HOOK');
  const virusLimitMs = read('EXAMHALL_VIRUS_SECONDS') * 1_000;
  const traces = { url: read('EXAMHALL_TRACES_URL'), ratio: read('EXAMHALL_TRACES_SHARE') };
  const config: Config = {
    production: read('NODE_ENV') === 'production',
    mongodbUrl: read('MONGODB_URL'),
    redisUrl: read('REDIS_URL'),
    secret: read('EXAMHALL_SECRET'),
    paperKey: read('EXAMHALL_PAPER_KEY'),
    roles: read('EXAMHALL_ROLES'),
    host: read('EXAMHALL_HOST'),
    port: read('EXAMHALL_PORT'),
    tls: tls.certificate ? tls : undefined,
    secure: Boolean(tls.certificate) || publicUrl?.startsWith('https:'),
    publicAddress: read('EXAMHALL_PUBLIC_ADDRESS'),
    roomAddresses: read('EXAMHALL_ROOM_ADDRESSES'),
    publicUrl,
    dataDir: read('EXAMHALL_DATA_DIR'),
    backups: { dir: read('EXAMHALL_BACKUP_DIR'), mostHours: read('EXAMHALL_BACKUP_HOURS') },
    bucket: bucket.url ? bucket : undefined,
    virusHook: virusHook && virusHook !== 'off' ? hookOf(virusHook, virusLimitMs) : undefined,
    fileQuota: {
      planBytes: read('EXAMHALL_FILES_PLAN_MB') * MIB,
      personBytes: read('EXAMHALL_FILES_PERSON_MB') * MIB,
    },
    origins: read('EXAMHALL_ORIGINS'),
    trustedProxies: read('EXAMHALL_TRUSTED_PROXIES'),
    leaveMs: read('EXAMHALL_LEAVE_MS'),
    enterInFlight: read('EXAMHALL_ENTER_IN_FLIGHT'),
    rates: { person: read('EXAMHALL_RATE_PERSON'), address: read('EXAMHALL_RATE_ADDRESS') },
    sessionMs: read('EXAMHALL_SESSION_HOURS') * 3_600_000,
    workerConcurrency: read('EXAMHALL_WORKER_CONCURRENCY'),
    startAheadMs: read('EXAMHALL_START_AHEAD_SECONDS') * 1_000,
    drainMs: read('EXAMHALL_DRAIN_SECONDS') * 1_000,
    alarms: {
      webhook: webhook.url ? webhook : undefined,
      mail: mail.url ? mail : undefined,
      runbooks: read('EXAMHALL_RUNBOOKS'),
    },
    hasInsidePages: read('EXAMHALL_INSIDE_PAGES') === 'on',
    namesQueries: read('EXAMHALL_QUERY_SOURCES') === 'on',
    traces: traces.url ? traces : undefined,
    logLevel: read('EXAMHALL_LOG_LEVEL'),
  };
  return { config, problems, settings: { ...config, isVirusDecided: virusHook !== '' } };
}

function hookOf(text: string, limitMs: number): Config['virusHook'] {
  return { command: text.split(' ').filter((part) => part !== ''), limitMs };
}

/** The paper key of who has set none. Another secret gives another key, and what was sealed with the old one stays shut. */
export function paperKeyFrom(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'examhall', 'paper', PAPER_KEY_BYTES));
}

function sentenceOf(name: Name, key: Key, text: string | undefined, error: z.ZodError): string {
  if (text === undefined) return `${name} is missing: ${key.sentence}`;
  const shown = key.secret ? '' : ` is ${JSON.stringify(text)}:`;
  return `${name}${shown} ${error.issues.map((issue) => issue.message).join('; ')} (${key.sentence})`;
}

/** The table for operators: each setting, its value (secrets as set, missing, or empty where they may be) and its sentence. */
export function configTable(environment: Environment): string {
  const rows = Object.entries(KEYS).map(([name, key]: [string, Key]) => {
    const text = environment[name] || key.fallback;
    const value = key.secret && text ? 'set' : (text ?? 'missing');
    return [name, value, key.sentence] as const;
  });
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows.map((row) => `${row[0].padEnd(width(0))}  ${row[1].padEnd(width(1))}  ${row[2]}`).join('\n');
}
