// The parts of the documents that the code already says: each table, made from the source that the programme itself uses.
// Reads no store and no environment. Called by docs/generate.ts and by test/docs.
import { declaredRoutes } from '../api/declared.ts';
import { configTable } from '../config.ts';
import { TRANSITIONS } from '../exam/transitions.ts';
import { LIMITS_OF_PEOPLE, RESOURCES, type ResourceName, shownValue } from '../loadtest/rehearse/limits.ts';
import { ALARMS, type Alarm } from '../schema/alarms.ts';
import { LISTS, type List } from '../schema/lists.ts';
import { LABEL_VALUES, type Metric, OWN_METRICS, STATE_VALUES } from '../schema/metrics.ts';
import { NODE_METRICS } from '../schema/metrics-of-node.ts';
import { type Action, neededRelation, PERMISSIONS, RANKS } from '../schema/permissions.ts';
import { REDIS_KEY_TABLE, type RedisKeyName, redisKeys } from '../schema/redis-keys.ts';
import { REFUSALS } from '../schema/refusals.ts';
import { REDIS_RULES, SETTINGS_RULES, STORE_RULES } from '../weaknesses.ts';
import { collections, entityDiagram, indexTable } from './entities.ts';
import { table } from './markdown.ts';

/** Every generated part, by the name that its marker in a page carries. */
export const PARTS: Readonly<Record<string, () => string>> = {
  refusals: refusalTable,
  permissions: permissionTable,
  'states-plan': () => transitionTable('plan'),
  'states-room': () => transitionTable('room'),
  'states-examinee': () => transitionTable('examinee'),
  'states-sheet': () => transitionTable('sheet'),
  'states-proctor': () => transitionTable('proctor'),
  'states-link': () => transitionTable('link'),
  'states-incident': () => transitionTable('incident'),
  'states-call': () => transitionTable('call'),
  entities: () => entityDiagram(collections()),
  indexes: () => indexTable(collections()),
  'redis-keys': redisTable,
  settings: settingsTable,
  weaknesses: weaknessTable,
  alarms: alarmTable,
  'rehearsal-people': rehearsalTable,
  'rehearsal-resources': resourceTable,
  metrics: () => metricTable(OWN_METRICS),
  'metrics-of-node': () => metricTable(NODE_METRICS),
  lists: listTable,
};

const PART = /<!-- from the code: (\S+) -->\n[\s\S]*?<!-- end -->/g;

/** The page with each marked part as the code says it now. Throws where a marker names no part. */
export function regenerated(page: string): string {
  return page.replaceAll(PART, (_old, name: string) => {
    const make = PARTS[name];
    if (make === undefined) throw new Error(`no part is called ${name}`);
    return `<!-- from the code: ${name} -->\n\n${make()}\n\n<!-- end -->`;
  });
}

/** The names of the parts that a page holds. */
export function partsOf(page: string): string[] {
  return [...page.matchAll(PART)].map(([, name = '']) => name);
}

const RETRY = {
  later: 'again later',
  never: 'give this one up',
  stop: 'stop, keep everything',
} as const;

function refusalTable(): string {
  const rows = Object.entries(REFUSALS).map(([code, { status, retry, sentence }]) => [
    `\`${code}\``,
    String(status),
    `\`${retry}\`: ${RETRY[retry]}`,
    sentence,
  ]);
  return table(['code', 'HTTP', 'the sender', 'sentence'], rows);
}

function permissionTable(): string {
  const rows = Object.keys(PERMISSIONS).map((action) => [
    `\`${action}\``,
    ...RANKS.map((rank) => neededRelation(rank, action as Action) ?? '–'),
  ]);
  return table(['action', ...RANKS], rows);
}

function rehearsalTable(): string {
  const rows = Object.values(LIMITS_OF_PEOPLE).map(({ what, mostMs, why }) => [what, `${mostMs / 1_000} s`, why]);
  return table(['what', 'at most', 'which is'], rows);
}

function resourceTable(): string {
  const names = Object.keys(RESOURCES) as ResourceName[];
  return table(
    ['resource', 'full at', 'which is'],
    names.map((name) => [name, shownValue(name, RESOURCES[name].most), RESOURCES[name].why]),
  );
}

/** Every list with what it may be ordered by and filtered by. */
function listTable(): string {
  const rows = declaredRoutes().flatMap(({ path, list }) => {
    if (list === undefined) return [];
    const { sorts, filters }: List = LISTS[list];
    const orders = Object.entries(sorts).map(([name, { isOneWay, needs }]) => {
      const both = isOneWay ? `\`${name}\`` : `\`${name}\`, \`-${name}\``;
      return needs === undefined ? both : `${both} (with \`${needs}\`)`;
    });
    const named = Object.keys(filters).map((name) => `\`${name}\``);
    return [[`\`${path}\``, orders.join(', '), named.join(', ') || '–']];
  });
  return table(['list', '`sort`, the default first', 'filters'], rows);
}

function transitionTable(of: keyof typeof TRANSITIONS): string {
  const rows = TRANSITIONS[of].map(({ from, to, by }) => [from, to, `\`${by}\``]);
  return table(['from', 'to', 'by'], rows);
}

function redisTable(): string {
  const rows = (Object.keys(REDIS_KEY_TABLE) as RedisKeyName[]).map((name) => {
    const { type, writers, readers, expiry } = REDIS_KEY_TABLE[name];
    return [`\`${redisPattern(name)}\``, type, writers.join(', '), readers.join(', ') || 'nobody yet', expiry];
  });
  return table(['key', 'type', 'written by', 'read by', 'expires'], rows);
}

/** The key with words for its ids. Each function is asked with the words themselves. */
function redisPattern(name: RedisKeyName): string {
  const words: Record<RedisKeyName, readonly string[]> = {
    masterPlan: ['<plan>'],
    masterRooms: ['<plan>'],
    masterExaminees: ['<plan>'],
    masterProctors: ['<plan>'],
    plan: ['<plan>'],
    counts: ['<plan>'],
    lastSeen: ['<plan>'],
    proctors: ['<plan>'],
    livePlans: [],
    keeper: [],
    sheet: ['<plan>', '<examinee>'],
    room: ['<plan>', '<room>'],
    examinee: ['<plan>', '<examinee>'],
    erased: ['<plan>'],
    needs: ['<plan>'],
    incidents: ['<plan>'],
    incidentCounts: ['<plan>'],
    monitorLog: ['<plan>'],
    monitorBase: ['<plan>'],
    monitorLead: ['<plan>'],
    processes: [],
    lease: ['<room>'],
    takeover: ['<room>'],
    acknowledgements: ['<process>'],
    assignments: [],
    planHints: [],
    incidentHints: [],
    seats: ['<process>'],
    seatReplies: ['<process>'],
    orphans: [],
    controls: [],
    queues: [],
    tries: ['<kind>', '<who>'],
    rate: ['<policy>', '<who>', '<minute>'],
    alarm: ['<alarm>'],
    logLevels: [],
    runId: [],
  };
  return (redisKeys[name] as (...parts: readonly string[]) => string)(...words[name]);
}

/** What the operator sees, without anything of this machine. */
function settingsTable(): string {
  const rows = configTable({})
    .split('\n')
    .map((line) => line.split(/ {2,}/))
    .map(([name = '', ...rest]) => {
      const sentence = rest.at(-1) ?? '';
      const fallback = rest.length > 1 ? (rest[0] ?? '') : '';
      return [
        `\`${name}\``,
        fallback === 'missing' ? 'must be set' : fallback === '' ? 'empty' : `\`${fallback}\``,
        sentence,
      ];
    });
  return table(['setting', 'default', 'what it is'], rows);
}

/** What production does not start with. */
function weaknessTable(): string {
  const rows = [
    ...SETTINGS_RULES.map(({ name, fine }) => [name, fine, 'settings', 'each']),
    ...STORE_RULES.map(({ name, fine, roles }) => [name, fine, 'MongoDB', roles?.join(', ') ?? 'each']),
    ...REDIS_RULES.map(({ name, fine }) => [name, fine, 'Redis', 'each']),
  ];
  return table(['weakness', 'it is none where', 'who is asked', 'roles that do not start'], rows);
}

function metricTable(metrics: Readonly<Record<string, Metric>>): string {
  const rows = Object.entries(metrics).map(([name, { type, unit, labels, of, help, onlyWith }]) => [
    `\`${name}\``,
    type,
    unit,
    labels.map((label) => labelCell(name, label)).join('; '),
    of.length === 3 ? 'each' : of.join(', '),
    onlyWith === undefined ? help : `${help}; with \`${onlyWith}\` alone`,
  ]);
  return table(['metric', 'type', 'unit', 'labels', 'role', 'what it says'], rows);
}

/** With its values, where there are few. */
function labelCell(name: string, label: string): string {
  const states: Readonly<Record<string, readonly string[]>> = STATE_VALUES;
  const values = (label === 'state' ? states[name] : LABEL_VALUES[label]) ?? [];
  return values.length === 0 ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`;
}

function alarmTable(): string {
  const rows = Object.entries(ALARMS).map(([name, alarm]: [string, Alarm]) => {
    const { severity, scope, metric, where, read, windowSeconds, raise, clear, forSeconds, clearForSeconds } = alarm;
    const labels = Object.entries(where).map(([label, value]) => `${label}="${value}"`);
    const shown = `\`${metric}${labels.length === 0 ? '' : `{${labels.join(',')}}`}\``;
    const [least, over] = clear < raise ? ['≥', '≤'] : ['≤', '≥'];
    return [
      `[${name}](#${name.toLowerCase()})`,
      severity,
      scope,
      read === 'growth' ? `growth of ${shown} in ${windowSeconds} s` : `${read} ${shown}`,
      `${least} ${raise}, for ${forSeconds} s`,
      `${over} ${clear}, for ${clearForSeconds} s`,
      alarm.sentence,
    ];
  });
  return table(['alarm', 'severity', 'whose', 'metric', 'rings', 'over', 'it says'], rows);
}
