// What production does not start with: one table of everything that is weak or wrong, each with the sentence for the operator.
// Judges what it is told and asks nobody: what settings say comes from config.ts, what servers say from system-facts.ts.
// Must never put a secret into a sentence. Called by config.ts, by the start, and by `bin/examhall check`, which shows all of it.

import type { Config, ProcessRole } from './config.ts';
import { clockSentence, isFarOff, LARGEST_OFFSET_MS } from './server-clock.ts';
import type { ClockReading } from './store/clock.ts';

/** What the settings say, as far as it is usable, and whether somebody has decided about viruses. */
export type SettingsFacts = Partial<Config> & { readonly isVirusDecided?: boolean };

/** What a Redis said when it was asked with our password, and where it answered somebody who has none. */
export type RedisFacts = {
  readonly appendOnly: string;
  readonly policy: string;
  /** Addresses at which a stranger was answered. */
  readonly open: readonly string[];
};

/** What MongoDB said when it was asked as we are, and where it answered somebody who is nobody. */
export type StoreFacts = {
  /** What does not fit between the URL's concerns and the server; undefined where all fits. */
  readonly concernProblem: string | undefined;
  /** This machine's clock against the store's; an error of as much as half the round trip is not held against it. */
  readonly clock: Pick<ClockReading, 'offsetMs' | 'roundTripMs'>;
  readonly open: readonly string[];
};

export type Facts = {
  /** Undefined where they are not those of production. */
  readonly settings: SettingsFacts | undefined;
  /** A sentence where the server could not be asked; undefined where nobody knows its address. */
  readonly redis: RedisFacts | string | undefined;
  readonly store: StoreFacts | string | undefined;
};

/** One line of the table as it holds now. */
export type Finding = { readonly name: string; readonly ok: boolean; readonly detail: string };

/** `said`: the sentence where it is weak, undefined where it is not or where nothing is known of it. */
type Rule<F> = {
  /** What operators see in front of the sentence. */
  readonly name: string;
  /** What they see where all is well. */
  readonly fine: string;
  said(facts: F): string | undefined;
  /** The roles whose processes do not start with it; all of them unless given. */
  readonly roles?: readonly ProcessRole[];
};

const PLACEHOLDER = /change.?(me|this)|your.?secret|random.?bytes|example|placeholder|password/i;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;
const LEAST_DIFFERENT = 10;
const LEAST_PASSWORD = 8;
/** What people set where they mean to set something later, and what lists of passwords begin with. */
const WELL_KNOWN = /^(password|passw0rd|redis|mongodb?|foobared|admin|root|secret|examhall|changeme|12345678\d*)$/i;

/** Whether only this machine reaches that host. */
export function isThisMachine(host: string): boolean {
  return LOOPBACK.test(host) || host.startsWith('/');
}

const isRegular = (text: string): boolean => new Set(text).size < LEAST_DIFFERENT;
const isGuessable = (password: string): boolean => password.length < LEAST_PASSWORD || WELL_KNOWN.test(password);

/** What the settings alone show. */
export const SETTINGS_RULES: readonly Rule<SettingsFacts>[] = [
  {
    name: 'a secret that is none',
    fine: 'EXAMHALL_SECRET is not regular',
    said: ({ secret }) =>
      secret !== undefined && isRegular(secret)
        ? 'EXAMHALL_SECRET is too regular to be a secret: use 32 random bytes'
        : undefined,
  },
  {
    name: 'a secret out of an example',
    fine: 'EXAMHALL_SECRET is of your own',
    said: ({ secret }) =>
      secret !== undefined && PLACEHOLDER.test(secret)
        ? 'EXAMHALL_SECRET is what an example has in its place: use 32 random bytes'
        : undefined,
  },
  {
    name: 'a paper key that is none',
    fine: 'EXAMHALL_PAPER_KEY is not regular, or follows from the secret',
    said: ({ paperKey }) =>
      paperKey !== undefined && paperKey.length > 0 && new Set(paperKey).size < LEAST_DIFFERENT
        ? 'EXAMHALL_PAPER_KEY is too regular to be a key: use 32 random bytes'
        : undefined,
  },
  {
    name: 'Redis without a password',
    fine: 'REDIS_URL has a password that is not easily guessed',
    said: ({ redisUrl }) => {
      if (redisUrl === undefined) return undefined;
      const password = /:\/\/[^/@]*?:([^@]+)@/.exec(redisUrl)?.[1];
      if (password === undefined) return 'REDIS_URL has no password: queued answers lie in Redis in clear';
      if (!isGuessable(decoded(password))) return undefined;
      return `REDIS_URL has a password that is easily guessed: use at least ${LEAST_PASSWORD} random characters`;
    },
  },
  {
    name: 'MongoDB without a password',
    fine: 'MONGODB_URL has a password that is not easily guessed, or leads to this machine',
    said: ({ mongodbUrl }) => {
      if (mongodbUrl === undefined || /authMechanism=MONGODB-(X509|AWS|OIDC)/i.test(mongodbUrl)) return undefined;
      const { hosts, password } = mongodbParts(mongodbUrl);
      if (password !== undefined && isGuessable(password))
        return `MONGODB_URL has a password that is easily guessed: use at least ${LEAST_PASSWORD} random characters`;
      if (password !== undefined || hosts.every(isThisMachine)) return undefined;
      return 'MONGODB_URL has no password and leads to another machine: everything about the exam lies there';
    },
  },
  {
    name: 'nothing that speaks TLS',
    fine: 'nobody comes from another machine without TLS',
    said: ({ host, secure, tls, publicUrl }) => {
      if (host !== undefined && !isThisMachine(host) && !secure)
        return 'EXAMHALL_HOST lets other machines in and nothing speaks TLS: set EXAMHALL_PUBLIC_URL to the https address of the balancer in front, or EXAMHALL_TLS_CERT and EXAMHALL_TLS_KEY';
      if (tls === undefined && publicUrl?.startsWith('http:') && !isThisMachine(hostnameOf(publicUrl)))
        return 'EXAMHALL_PUBLIC_URL is http and names another machine: answers, codes and tokens would go in clear; it has to be the https address';
      return undefined;
    },
  },
  {
    name: 'a bucket without TLS',
    fine: 'uploaded files go by https, or stay in EXAMHALL_DATA_DIR',
    said: ({ bucket }) =>
      bucket !== undefined && !bucket.url.startsWith('https://')
        ? 'EXAMHALL_S3_URL is not https: whoever listens could delete files with what is signed'
        : undefined,
  },
  {
    name: 'viruses not decided about',
    fine: 'EXAMHALL_VIRUS_HOOK is a command, or off',
    said: ({ isVirusDecided }) =>
      isVirusDecided === false
        ? 'EXAMHALL_VIRUS_HOOK is not decided: name the command that looks at uploaded files, or off if nothing does'
        : undefined,
  },
];

/** What Redis shows when it is asked. It holds answers for moments only, but it must not drop them by itself. */
export const REDIS_RULES: readonly Rule<RedisFacts>[] = [
  {
    name: 'Redis appendonly',
    fine: 'is yes',
    said: ({ appendOnly }) => (appendOnly === 'yes' ? undefined : `is ${appendOnly}; needs yes`),
  },
  {
    name: 'Redis maxmemory-policy',
    fine: 'is noeviction',
    said: ({ policy }) => (policy === 'noeviction' ? undefined : `is ${policy}; needs noeviction`),
  },
  {
    name: 'Redis open to strangers',
    fine: 'says nothing to who has no password',
    said: ({ open }) =>
      open.length === 0
        ? undefined
        : `answers at ${open.join(', ')} without a password: set requirepass, and bind it to a private address`,
  },
];

/** What MongoDB shows when it is asked. */
export const STORE_RULES: readonly Rule<StoreFacts>[] = [
  {
    name: 'write and read concern',
    fine: 'the URL fits the server',
    said: ({ concernProblem }) => concernProblem,
  },
  {
    name: 'clock',
    fine: `within ${LARGEST_OFFSET_MS} ms of the store's`,
    roles: ['rooms'],
    said: ({ clock }) => (isFarOff(clock) ? clockSentence(clock) : undefined),
  },
  {
    name: 'MongoDB open to strangers',
    fine: 'says nothing to who has no password, or is reached from this machine alone',
    said: ({ open }) =>
      open.length === 0
        ? undefined
        : `answers at ${open.join(', ')} without a password: turn authorization on, or bind it to this machine`,
  },
];

/** The whole table as it holds now, in its order; what could not be asked is one line. */
export function judge({ settings, redis, store }: Facts): Finding[] {
  return [
    ...judged('settings', SETTINGS_RULES, settings),
    ...judged('MongoDB', STORE_RULES, store),
    ...judged('Redis', REDIS_RULES, redis),
  ];
}

/** The sentences of what is weak in the settings alone. */
export function weakSettings(settings: SettingsFacts): string[] {
  return SETTINGS_RULES.flatMap((rule) => rule.said(settings) ?? []);
}

/** The sentences of what keeps a process with these roles from starting, as the servers themselves show it. */
export function weakServers({ redis, store }: Omit<Facts, 'settings'>, roles: readonly ProcessRole[]): string[] {
  const stopping = STORE_RULES.filter((rule) => rule.roles?.some((role) => roles.includes(role)) ?? true);
  return [...judged('MongoDB', stopping, store), ...judged('Redis', REDIS_RULES, redis)].flatMap(
    ({ name, ok, detail }) => (ok ? [] : [`${name} ${detail}`]),
  );
}

function judged<F extends object>(server: string, rules: readonly Rule<F>[], facts: F | string | undefined): Finding[] {
  if (facts === undefined) return [];
  if (typeof facts === 'string') return [{ name: server, ok: false, detail: facts }];
  return rules.map((rule) => finding(rule, facts));
}

function finding<F>({ name, fine, said }: Rule<F>, facts: F): Finding {
  const sentence = said(facts);
  return { name, ok: sentence === undefined, detail: sentence ?? fine };
}

/** The servers of a URL of MongoDB's, sockets as their paths, and its password. What is no such URL has neither. */
export function mongodbParts(url: string): {
  readonly hosts: readonly string[];
  readonly password: string | undefined;
} {
  const [, user, list = ''] = /^mongodb(?:\+srv)?:\/\/(?:([^/@]*)@)?([^/?]*)/.exec(url) ?? [];
  const hosts = list.split(',').map((host) => decoded(host).replace(/:\d+$/, ''));
  const password = user?.includes(':') ? decoded(user.slice(user.indexOf(':') + 1)) : undefined;
  return { hosts, password: password === '' ? undefined : password };
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** What is no valid escape is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
