// The dashboard for Grafana, written to deploy/grafana by `npm run docs`: what somebody looks at while exams run, from the
// top down. Its metrics are those of the catalogue; lines at which alarms ring come from their table. Tests read every
// expression with Prometheus' own grammar. Called by docs/generate.ts and by test/docs.
import { ALARMS, type Alarm, type AlarmName } from '../schema/alarms.ts';
import { ANSWER_STAGES } from '../schema/metrics.ts';

/** Where it is kept, from the project's folder. */
export const DASHBOARD_FILE = 'deploy/grafana/examhall.json';

/** Longer than two scrapes, and short enough for an exam. Written out: Grafana's own variable is no PromQL. */
const WINDOW = '1m';

type Target = { readonly expr: string; readonly legend: string };
type Panel = {
  readonly title: string;
  readonly says: string;
  readonly unit: string;
  readonly targets: readonly Target[];
  /** Its threshold is drawn. */
  readonly alarm?: AlarmName;
  readonly kind?: 'timeseries' | 'stat';
};
type Row = { readonly title: string; readonly panels: readonly Panel[] };

const mine = (metric: string, where = ''): string => `${metric}{instance=~"$instance"${where}}`;
const rate = (metric: string, where = ''): string => `rate(${mine(metric, where)}[${WINDOW}])`;
const quantile = (share: number, metric: string, by: string, where = ''): string =>
  `histogram_quantile(${share}, sum by (le, ${by})(${rate(`${metric}_bucket`, where)}))`;

export const ROWS: readonly Row[] = [
  {
    title: 'Is anything wrong?',
    panels: [
      {
        ...{ title: 'Oldest answer not saved', says: 'Beyond the line answers are not being saved.', unit: 's' },
        alarm: 'AnswersUnsaved',
        targets: [{ expr: `max by (instance)(${mine('examhall_journal_oldest_seconds')})`, legend: '{{instance}}' }],
      },
      {
        ...{ title: 'Answers not saved yet', says: 'Accepted by a room, and not durable.', unit: 'short' },
        targets: [
          { expr: `sum(${mine('examhall_journal_answers')})`, legend: 'in journals' },
          { expr: `max(${mine('examhall_queue_jobs', ',queue="answers",place="waiting"')})`, legend: 'jobs that wait' },
        ],
      },
      {
        ...{ title: 'Store and Redis', says: '1 where it answers.', unit: 'short' },
        alarm: 'StoreAway',
        targets: [
          { expr: `min by (dependency)(${mine('examhall_dependency_up')})`, legend: '{{dependency}}' },
          { expr: `max(${mine('examhall_queue_away')})`, legend: 'answers go past the queue' },
        ],
      },
      {
        ...{ title: 'Processes', says: 'Silent ones did not say goodbye.', unit: 'short', kind: 'stat' },
        targets: [{ expr: `max by (state)(${mine('examhall_processes')})`, legend: '{{state}}' }],
      },
      {
        ...{ title: 'Faults and failed jobs', says: 'Each is for a person.', unit: 'short' },
        targets: [
          { expr: `sum(increase(${mine('examhall_http_faults_total')}[${WINDOW}]))`, legend: 'requests in a minute' },
          { expr: `max by (queue)(${mine('examhall_queue_jobs', ',place="failed"')})`, legend: 'failed in {{queue}}' },
          { expr: `sum(${mine('examhall_sheet_files_failed_total')})`, legend: 'files of sheets' },
        ],
      },
      {
        ...{ title: 'Log', says: 'Lines a second, of the levels that somebody reads.', unit: 'short' },
        targets: [
          {
            expr: `sum by (level)(${rate('examhall_log_lines_total', ',level=~"warn|error|fatal"')})`,
            legend: '{{level}}',
          },
        ],
      },
    ],
  },
  {
    title: 'The exam',
    panels: [
      {
        ...{
          title: 'Links of examinees',
          says: 'Dropped and offline ones are somebody without a server.',
          unit: 'short',
        },
        targets: [{ expr: `sum by (state)(${mine('examhall_links')})`, legend: '{{state}}' }],
      },
      {
        ...{ title: 'Rooms and sockets', says: 'By process.', unit: 'short' },
        targets: [
          { expr: `sum by (instance)(${mine('examhall_rooms')})`, legend: 'rooms {{instance}}' },
          { expr: `sum by (instance)(${mine('examhall_clients')})`, legend: 'sockets {{instance}}' },
        ],
      },
      {
        ...{
          title: 'Rooms that change hands',
          says: 'In a minute; a drain and a dead process show here.',
          unit: 'short',
        },
        targets: [
          { expr: `sum(increase(${mine('examhall_rooms_taken_total')}[${WINDOW}]))`, legend: 'taken' },
          { expr: `sum(increase(${mine('examhall_rooms_lost_total')}[${WINDOW}]))`, legend: 'lost while alive' },
          { expr: `sum(increase(${mine('examhall_takeovers_total')}[${WINDOW}]))`, legend: 'taken from the silent' },
          { expr: `sum(${mine('examhall_draining')})`, legend: 'processes that drain' },
        ],
      },
      {
        ...{
          title: 'Answers',
          says: 'A second: accepted by rooms, durable, told to rooms, past the queue.',
          unit: 'short',
        },
        targets: (['accepted', 'saved', 'told', 'written_through'] as const).map((what) => ({
          expr: `sum(${rate(`examhall_answers_${what}_total`)})`,
          legend: what.replace('_', ' '),
        })),
      },
      {
        ...{ title: 'From accepted to told', says: 'How long people wait for "saved".', unit: 's' },
        targets: [0.5, 0.95, 0.99].map((share) => ({
          expr: quantile(share, 'examhall_answer_stage_seconds', 'stage', ',stage="room-told"'),
          legend: `p${share * 100}`,
        })),
      },
      {
        ...{ title: 'Stages of the journey, p95', says: ANSWER_STAGES.join(', '), unit: 's' },
        targets: [{ expr: quantile(0.95, 'examhall_answer_stage_seconds', 'stage'), legend: '{{stage}}' }],
      },
    ],
  },
  {
    title: 'Requests',
    panels: [
      {
        ...{ title: 'Requests by status', says: 'A second.', unit: 'reqps' },
        targets: [{ expr: `sum by (status)(${rate('examhall_http_request_seconds_count')})`, legend: '{{status}}' }],
      },
      {
        ...{ title: 'Slowest routes, p95', says: 'The ten slowest.', unit: 's' },
        targets: [
          { expr: `topk(10, ${quantile(0.95, 'examhall_http_request_seconds', 'route')})`, legend: '{{route}}' },
        ],
      },
      {
        ...{ title: 'Refusals by code', says: 'A second, the ten most frequent.', unit: 'short' },
        targets: [
          {
            expr: `topk(10, sum by (road, code)(${rate('examhall_refusals_total')}))`,
            legend: '{{code}} over {{road}}',
          },
        ],
      },
      {
        ...{ title: 'Enters that run now', says: 'At EXAMHALL_ENTER_IN_FLIGHT more get 503.', unit: 'short' },
        targets: [{ expr: `sum by (instance)(${mine('examhall_enters_in_flight')})`, legend: '{{instance}}' }],
      },
    ],
  },
  {
    title: 'Queues and workers',
    panels: [
      {
        ...{ title: 'Jobs that wait or run', says: 'By queue and place.', unit: 'short' },
        targets: [
          {
            expr: `max by (queue, place)(${mine('examhall_queue_jobs', ',place!="failed"')})`,
            legend: '{{queue}} {{place}}',
          },
        ],
      },
      {
        ...{ title: 'Oldest job', says: 'Beyond the line answers wait too long.', unit: 's' },
        alarm: 'AnswersWaitInQueue',
        targets: [{ expr: `max by (queue)(${mine('examhall_queue_oldest_seconds')})`, legend: '{{queue}}' }],
      },
      {
        ...{ title: 'Jobs by outcome', says: 'A second.', unit: 'short' },
        targets: [{ expr: `sum by (queue, outcome)(${rate('examhall_jobs_total')})`, legend: '{{queue}} {{outcome}}' }],
      },
      {
        ...{ title: 'Time of a job, p95', says: 'From taking it to its end.', unit: 's' },
        targets: [{ expr: quantile(0.95, 'examhall_job_seconds', 'queue'), legend: '{{queue}}' }],
      },
    ],
  },
  {
    title: 'Machines',
    panels: [
      {
        ...{ title: 'Processor', says: 'Cores that each process uses; one is its main thread.', unit: 'short' },
        targets: [{ expr: `sum by (instance)(${rate('process_cpu_seconds_total')})`, legend: '{{instance}}' }],
      },
      {
        ...{ title: 'Event-loop lag', says: 'The mean, and the longest since it was looked at.', unit: 's' },
        targets: [
          { expr: mine('nodejs_eventloop_lag_mean_seconds'), legend: 'mean {{instance}}' },
          { expr: mine('nodejs_eventloop_lag_max_seconds'), legend: 'longest {{instance}}' },
        ],
      },
      {
        ...{ title: 'Memory', says: 'Resident, and used by the heap.', unit: 'bytes' },
        targets: [
          { expr: mine('process_resident_memory_bytes'), legend: 'resident {{instance}}' },
          { expr: mine('nodejs_heap_size_used_bytes'), legend: 'heap {{instance}}' },
        ],
      },
      {
        ...{ title: 'Free disk', says: 'Of the disk with EXAMHALL_DATA_DIR.', unit: 'percentunit' },
        alarm: 'DiskLow',
        targets: [{ expr: `min by (instance)(${mine('examhall_disk_free_ratio')})`, legend: '{{instance}}' }],
      },
      {
        ...{ title: 'Clocks', says: 'Off by more than a second; how far one was set that is not believed.', unit: 's' },
        alarm: 'ClockOff',
        targets: [
          { expr: mine('examhall_clock_off'), legend: 'off {{instance}}' },
          { expr: mine('examhall_clock_jump_seconds'), legend: 'set by {{instance}}' },
        ],
      },
      {
        ...{ title: 'Certificate', says: 'How long it is valid.', unit: 's', kind: 'stat' },
        targets: [{ expr: `min by (instance)(${mine('examhall_certificate_left_seconds')})`, legend: '{{instance}}' }],
      },
      {
        ...{ title: 'Versions', says: 'Processes of each.', unit: 'short', kind: 'stat' },
        targets: [{ expr: `count by (version)(${mine('examhall_version')})`, legend: '{{version}}' }],
      },
    ],
  },
];

const COLUMNS = 24;
const ACROSS = 3;
const HEIGHT = 7;
const SOURCE = { type: 'prometheus', uid: '$datasource' };

/** The file, as Grafana imports it. */
export function dashboardFile(): string {
  let id = 0;
  let y = 0;
  const panels = ROWS.flatMap(({ title, panels: ofRow }) => {
    const heading = {
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
    };
    const top = y + 1;
    y = top + Math.ceil(ofRow.length / ACROSS) * HEIGHT;
    const width = COLUMNS / ACROSS;
    const placed = ofRow.map((panel, index) => {
      const gridPos = {
        h: HEIGHT,
        w: width,
        x: (index % ACROSS) * width,
        y: top + Math.floor(index / ACROSS) * HEIGHT,
      };
      return { id: ++id, gridPos, ...shown(panel) };
    });
    return [heading, ...placed];
  });
  const dashboard = {
    ...{ title: 'examhall', uid: 'examhall', tags: ['examhall'], editable: true, schemaVersion: 39, version: 1 },
    description: 'Made from docs/dashboard.ts by npm run docs; edit it there.',
    ...{ refresh: '5s', time: { from: 'now-30m', to: 'now' }, timezone: 'browser', graphTooltip: 1 },
    templating: { list: [sourceVariable(), instanceVariable()] },
    annotations: { list: [] },
    panels,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function sourceVariable() {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {}, hide: 0 };
}

function instanceVariable() {
  const query = 'label_values(examhall_version, instance)';
  return {
    ...{ name: 'instance', label: 'process', type: 'query', datasource: SOURCE, query, definition: query },
    ...{
      includeAll: true,
      allValue: '.*',
      multi: true,
      refresh: 2,
      sort: 1,
      current: { text: 'All', value: '$__all' },
    },
  };
}

function shown({ title, says, unit, targets, alarm, kind = 'timeseries' }: Panel) {
  const line = alarm === undefined ? undefined : (ALARMS[alarm] as Alarm);
  const steps = line === undefined ? [{ color: 'green', value: null }] : stepsOf(line);
  const drawn = line === undefined ? 'off' : 'line';
  return {
    ...{ type: kind, title, datasource: SOURCE },
    description: line === undefined ? says : `${says} Alarm ${alarm}: ${line.sentence}.`,
    fieldConfig: {
      defaults: { unit, min: 0, thresholds: { mode: 'absolute', steps }, custom: { thresholdsStyle: { mode: drawn } } },
      overrides: [],
    },
    options: kind === 'stat' ? { reduceOptions: { calcs: ['lastNotNull'] } } : { legend: { showLegend: true } },
    targets: targets.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode('A'.charCodeAt(0) + index), datasource: SOURCE, expr, legendFormat: legend },
    })),
  };
}

/** Green is where it does not ring. */
function stepsOf({ raise, clear }: Alarm) {
  return clear < raise
    ? [
        { color: 'green', value: null },
        { color: 'red', value: raise },
      ]
    : [
        { color: 'red', value: null },
        { color: 'green', value: raise },
      ];
}
