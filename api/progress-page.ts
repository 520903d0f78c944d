// The progress page: plain HTML that reloads itself while the exam goes on, without scripts. After scoring it shows the
// form's figures and the items' table. Everything that is not a number is escaped. Called by routes/progress.ts.
import { hash } from 'node:crypto';
import type { FormFigures, ProgressReply } from '../schema/replies.ts';
import type { Supervision } from './plan-supervision.ts';

const REFRESH_S = 2;
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .25rem .6rem; }
td, thead th { text-align: right; font-variant-numeric: tabular-nums; }
th:first-child { text-align: left; }
.state { font-size: 1.1rem; }
.small { font-size: .85rem; opacity: .8; }
`;

/** The policy that lets this page have its one style, and nothing else. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The page of this plan; `figures` once it is scored. */
export function progressPage(
  progress: ProgressReply,
  supervision: Supervision,
  figures: FormFigures | undefined,
): string {
  const { plan } = progress;
  const isOver = figures !== undefined || plan.status === 'archived';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${isOver ? '' : `<meta http-equiv="refresh" content="${REFRESH_S}">\n`}<title>${escaped(plan.name)}: ${plan.status}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(plan.name)}</h1>
<p class="state">The exam is <strong>${plan.status}</strong>. ${whenText(progress)}</p>
${countsTables(progress)}
${supervisionSection(supervision)}
${figures === undefined ? '' : resultsSection(figures)}
<p class="small">As of ${instant(progress.now)}${isOver ? '' : `; this page reloads itself every ${REFRESH_S} seconds`}.</p>
</body>
</html>
`;
}

function whenText({ plan, now }: ProgressReply): string {
  if (plan.startsAt === 0) return 'It has not been started.';
  const began = `${plan.startsAt > now ? 'It starts' : 'It started'} at ${instant(plan.startsAt)}`;
  return plan.endedAt === 0
    ? `${began} and takes ${minutes(plan.durationMs)} minutes.`
    : `${began} and ended at ${instant(plan.endedAt)}.`;
}

function countsTables({ rooms, roomCount, examinees, examineeCount, links, answersSaved }: ProgressReply): string {
  return [
    table('Answers', ['saved'], [['all rooms', count(answersSaved)]]),
    countsTable('Rooms', rooms, roomCount),
    countsTable('Examinees', examinees, examineeCount),
    countsTable('Links', links, examineeCount),
  ].join('\n');
}

function countsTable(caption: string, counts: Record<string, number>, total: number): string {
  const names = Object.keys(counts);
  return table(
    caption,
    [...names, 'all'],
    [['number', ...names.map((name) => count(counts[name] ?? 0)), count(total)]],
  );
}

/** What proctors do; nothing before they have done something. */
function supervisionSection({ kinds, states, controls }: Supervision): string {
  const incidents =
    kinds.length === 0
      ? ''
      : [
          table(
            'Incidents by kind',
            ['incidents'],
            kinds.map(({ kind, incidentCount }) => [kind, count(incidentCount)]),
          ),
          table(
            'Incidents by state',
            ['incidents'],
            states.map(({ state, incidentCount }) => [state, count(incidentCount)]),
          ),
        ].join('\n');
  if (controls.length === 0) return incidents;
  const rows = controls.map(({ at, action, reason, concerned, delivered }) => [
    action,
    instant(at),
    concerned === delivered
      ? `all ${count(concerned)}`
      : `${count(concerned - delivered)} of ${count(concerned)} not reached`,
    reason,
  ]);
  return `${incidents}\n${table('Controls, the latest first', ['at', 'reached', 'reason'], rows)}`;
}

function resultsSection(figures: FormFigures): string {
  const form = table(
    'The form',
    ['examinees', 'items', 'mean', 'sd', 'alpha', 'SEM'],
    [
      [
        'points',
        count(figures.examineeCount),
        count(figures.itemCount),
        ...[figures.mean, figures.sd, figures.alpha, figures.sem].map((figure) => decimal(figure)),
      ],
    ],
  );
  const items = table(
    'The items',
    ['max', 'mean', 'p', 'point-biserial', 'with the rest', 'alpha without', 'omitted'],
    figures.items.map((item) => [
      `item ${item.item}`,
      ...[item.max, item.mean, item.p, item.pointBiserial, item.pointBiserialRest, item.alphaIfDeleted].map((figure) =>
        decimal(figure),
      ),
      count(item.omitted.count),
    ]),
  );
  return `<h2>Results</h2>\n${form}\n${items}`;
}

/** `rows` begin with their heading; the first column of the head stays empty. */
function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = ['', ...heads].map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const body = rows.map(
    ([first = '', ...cells]) =>
      `<tr><th scope="row">${escaped(first)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}

function decimal(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function minutes(ms: number): string {
  return String(Math.round(ms / 6_000) / 10);
}

function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
