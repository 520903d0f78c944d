// services: machines that watch an exam, as the analysis of a camera does. Each has a token of its own, which is shown once
// and can be ended; only its hash is stored.
import type { z } from 'zod';
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import type { SessionDocument } from '../../schema/documents/people.ts';
import { ReasonQuery, ServiceEditBody, ServiceList, ServiceView } from '../../schema/office.ts';
import { type Refusal, refuse } from '../../schema/refusals.ts';
import { ServiceReply } from '../../schema/replies.ts';
import { NoBody, NoParams, NoQuery, ServiceBody, ServiceParams } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { listRoute } from '../list-route.ts';
import { INSTALLATION } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { hashOfToken } from '../tokens.ts';
import { changed, changedSince, mustMatch, tagOf, Versioned } from '../versions.ts';
import type { Subject } from '../who-is-it.ts';

export function serviceRoutes(parts: ApiParts): Route[] {
  const { store, tokens } = parts;
  return [
    listRoute('services', {
      path: '/services',
      tag: 'services',
      summary: 'Machines whose tokens hold, with what they may.',
      access: 'service.read',
      params: NoParams,
      schema: ServiceList,
      refusals: [],
      target: () => INSTALLATION,
      read: ({ query, now }) => store.sessions.services(query, now),
      view: serviceView,
    }),
    route({
      method: 'get',
      path: '/services/:serviceId',
      tag: 'services',
      summary: 'A machine whose token holds.',
      access: 'service.read',
      params: ServiceParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ServiceView },
      repeat: 'keyless',
      version: 'shown',
      refusals: ['SERVICE_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ params, now }) {
        const found = await store.sessions.ofService(params.serviceId, now);
        if (found === null) return refuse('SERVICE_UNKNOWN');
        return versionOf(found);
      },
    }),
    route({
      method: 'post',
      path: '/services',
      tag: 'services',
      summary: 'A token for a machine, in the role `service`.',
      access: 'service.write',
      params: NoParams,
      query: NoQuery,
      body: ServiceBody,
      reply: { status: 201, type: 'application/json', schema: ServiceReply },
      repeat: 'again',
      refusals: [],
      target: () => INSTALLATION,
      async handle({ subject, body, seed, now }) {
        // Both follow from the request, so that its repeat makes no twin and shows the same token.
        const serviceId = derivedId(seed);
        const token = tokens.digest(`service.${seed}`).toString('base64url');
        const _id = hashOfToken(token);
        const { label, scopes } = body;
        const named = { ...(label === undefined ? {} : { label }), ...(scopes === undefined ? {} : { scopes }) };
        const life = { expiresAt: now + body.lifeMs, createdAt: new Date(now) };
        // Before the token: one that nobody heard of was still asked for.
        const made = {
          planId: INSTALLATION_CHAIN,
          source: `service.${serviceId}`,
          kind: 'service.created',
          at: now,
          data: { scopes: scopes?.join(' ') ?? 'all' },
        };
        await noteDecision(parts, made, subject, serviceId);
        await store.sessions.create({ _id, kind: 'session', subjectId: serviceId, role: 'service', ...life, ...named });
        const stored = await store.sessions.get(_id, now);
        return { serviceId, token, expiresAt: stored?.expiresAt ?? life.expiresAt };
      },
    }),
    route({
      method: 'patch',
      path: '/services/:serviceId',
      tag: 'services',
      summary: 'Another label, other scopes, or another life of the token of a machine; the token stays.',
      access: 'service.write',
      params: ServiceParams,
      query: NoQuery,
      body: ServiceEditBody,
      reply: { status: 200, type: 'application/json', schema: ServiceView },
      repeat: 'keyless',
      version: 'needed',
      refusals: ['SERVICE_UNKNOWN'],
      target: () => INSTALLATION,
      handle: ({ subject, params, body, ifMatch, now }) =>
        edit(parts, params.serviceId, { subject, body, ifMatch, now }),
    }),
    route({
      method: 'delete',
      path: '/services/:serviceId',
      tag: 'services',
      summary: 'Ends the token of a machine.',
      access: 'service.write',
      params: ServiceParams,
      query: ReasonQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      version: 'asked',
      refusals: [],
      target: () => INSTALLATION,
      async handle({ subject, params: { serviceId }, query: { reason }, ifMatch, now }) {
        const found = await store.sessions.ofService(serviceId, now);
        const other = found && changedSince(ifMatch, versionOf(found));
        if (other) return other;
        const source = `service.${serviceId}.ended.${now}`;
        const ended = { planId: INSTALLATION_CHAIN, source, kind: 'service.ended', at: now, data: { reason } };
        await noteDecision(parts, ended, subject, serviceId);
        return store.sessions.removeOf(serviceId, 'service');
      },
    }),
  ];
}

function versionOf(session: SessionDocument): Versioned {
  const view = serviceView(session);
  return new Versioned(view, tagOf(view));
}

type Edit = {
  readonly subject: Subject;
  readonly body: z.output<typeof ServiceEditBody>;
  readonly ifMatch: string | undefined;
  readonly now: number;
};

async function edit(
  parts: ApiParts,
  serviceId: string,
  { subject, body: { reason, label, scopes, lifeMs }, ifMatch, now: at }: Edit,
): Promise<Versioned | Refusal> {
  const { store } = parts;
  const found = await store.sessions.ofService(serviceId, at);
  if (found === null) return refuse('SERVICE_UNKNOWN');
  const other = mustMatch(ifMatch, versionOf(found));
  if (other) return other;
  const set = {
    ...(label === undefined ? {} : { label }),
    ...(scopes === undefined || scopes === 'all' ? {} : { scopes }),
    ...(lifeMs === undefined ? {} : { expiresAt: at + lifeMs }),
  };
  const shown = (named: readonly string[] | 'all' = 'all') => (named === 'all' ? named : named.join(' '));
  const data = {
    scopesBefore: shown(found.scopes),
    scopesAfter: scopes === undefined ? shown(found.scopes) : shown(scopes),
    expiresBefore: found.expiresAt,
    expiresAfter: lifeMs === undefined ? found.expiresAt : at + lifeMs,
    relabelled: label !== undefined && label !== found.label,
    reason,
  };
  const source = `service.${serviceId}.changed.${at}`;
  await noteDecision(
    parts,
    { planId: INSTALLATION_CHAIN, source, kind: 'service.changed', at, data },
    subject,
    serviceId,
  );
  const isEdited = await store.sessions.editService(found, set, scopes === 'all');
  const now = await store.sessions.ofService(serviceId, at);
  if (now === null) return refuse('SERVICE_UNKNOWN');
  return isEdited ? versionOf(now) : changed(versionOf(now));
}

function serviceView({ subjectId: serviceId, label = '', scopes, expiresAt, createdAt }: SessionDocument) {
  return { serviceId, label, scopes: scopes ? [...scopes] : null, expiresAt, createdAt: createdAt.getTime() };
}
