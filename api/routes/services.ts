// services: machines that watch an exam, as the analysis of a camera does. Each has a token of its own, which is shown once
// and can be ended; only its hash is stored.
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import type { SessionDocument } from '../../schema/documents/people.ts';
import { ServiceList, ServiceView } from '../../schema/office.ts';
import { refuse } from '../../schema/refusals.ts';
import { ServiceReply } from '../../schema/replies.ts';
import { NoBody, NoParams, NoQuery, PageQuery, ServiceBody, ServiceParams } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { INSTALLATION } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { hashOfToken } from '../tokens.ts';
import { tagOf, Versioned } from '../versions.ts';

export function serviceRoutes(parts: ApiParts): Route[] {
  const { store, tokens } = parts;
  return [
    route({
      method: 'get',
      path: '/services',
      tag: 'services',
      summary: 'Machines whose tokens hold, with what they may.',
      access: 'service.read',
      params: NoParams,
      query: PageQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ServiceList },
      repeat: 'keyless',
      refusals: [],
      target: () => INSTALLATION,
      async handle({ query, now }) {
        const found = await store.sessions.services(query, now);
        const next = found.length < query.limit ? null : (found.at(-1)?.subjectId ?? null);
        return { services: found.map(serviceView), next };
      },
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
        const view = serviceView(found);
        return new Versioned(view, tagOf(view));
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
      method: 'delete',
      path: '/services/:serviceId',
      tag: 'services',
      summary: 'Ends the token of a machine.',
      access: 'service.write',
      params: ServiceParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      refusals: [],
      target: () => INSTALLATION,
      async handle({ subject, params: { serviceId }, now }) {
        const source = `service.${serviceId}.ended.${now}`;
        const ended = { planId: INSTALLATION_CHAIN, source, kind: 'service.ended', at: now };
        await noteDecision(parts, ended, subject, serviceId);
        return store.sessions.removeOf(serviceId, 'service');
      },
    }),
  ];
}

function serviceView({ subjectId: serviceId, label = '', scopes, expiresAt, createdAt }: SessionDocument) {
  return { serviceId, label, scopes: scopes ? [...scopes] : null, expiresAt, createdAt: createdAt.getTime() };
}
