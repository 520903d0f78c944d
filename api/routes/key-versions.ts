// versions of a paper's key: which there are, and how each scores. What is right is in no answer: who wrote it has it, and
// scoring needs nobody to read it.
import type { KeyEntry } from '../../schema/answers.ts';
import type { KeyDocument } from '../../schema/documents/plan.ts';
import { KeyParams, KeyRules, KeyVersions } from '../../schema/office.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery, PaperParams } from '../../schema/requests.ts';
import { listRoute } from '../list-route.ts';
import { INSTALLATION, paperOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

export function keyVersionRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    listRoute('keys', {
      path: '/papers/:paperId/keys',
      tag: 'papers',
      summary: "Versions of a paper's key.",
      access: 'key.read',
      params: PaperParams,
      schema: KeyVersions,
      refusals: ['PAPER_UNKNOWN'],
      target: () => INSTALLATION,
      async read({ params, query }) {
        const paper = await paperOf(parts, params.paperId);
        return isRefusal(paper) ? paper : store.keys.versions(paper._id, query);
      },
      view: versionView,
    }),
    route({
      method: 'get',
      path: '/papers/:paperId/keys/:version',
      tag: 'papers',
      summary: "How a version of a paper's key scores each item: points and rules, never what is right.",
      access: 'key.read',
      params: KeyParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: KeyRules },
      repeat: 'keyless',
      refusals: ['PAPER_UNKNOWN', 'KEY_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ params: { paperId, version } }) {
        const paper = await paperOf(parts, paperId);
        if (isRefusal(paper)) return paper;
        const [found] = await store.keys.versions(paperId, { after: String(version - 1), limit: 1 });
        if (found?.version !== version) return refuse('KEY_UNKNOWN');
        return { ...versionView(found), items: found.entries.map(rulesOf) };
      },
    }),
  ];
}

function versionView({ paperId, version, entries, createdAt }: KeyDocument) {
  return { paperId, version, entryCount: entries.length, createdAt: createdAt.getTime() };
}

function rulesOf(entry: KeyEntry) {
  const { item, kind, points, voided = null } = entry;
  const penalty = 'penalty' in entry ? (entry.penalty ?? null) : null;
  const partial = entry.kind === 'multipleChoice' ? (entry.partial ?? 'none') : null;
  return { item, kind, points, penalty, partial, voided };
}
