// The OpenAPI 3.1 document, made from the same declarations and zod schemas that route and validate: it cannot say
// anything else than what is done. Called once at start by app.ts.
import { z } from 'zod';
import * as monitor from '../schema/monitor.ts';
import { PERMISSIONS } from '../schema/permissions.ts';
import { PHOTO_TYPES } from '../schema/photos.ts';
import { REFUSALS, type RefusalCode } from '../schema/refusals.ts';
import * as replies from '../schema/replies.ts';
import { FileLinkReply, UploadList, UploadView } from '../schema/uploads.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;
export type OpenApi = { openapi: '3.1.0'; paths: Record<string, Record<string, Json>>; components: Json } & Json;

const PROBLEM = { $ref: '#/components/schemas/Problem' };
/** What any route may refuse that asks who it is, or takes a body. */
const GUARDED: RefusalCode[] = ['LOGIN_REQUIRED', 'PERMISSION_DENIED'];
const ALWAYS: RefusalCode[] = ['REQUEST_INVALID', 'STORE_AWAY', 'INTERNAL'];

const PHOTO_CONTENT = Object.fromEntries(
  PHOTO_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
);
const BYTES_CONTENT = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

/** `prefixed` are routes under /v1, `plain` those beside it. */
export function openApiOf(prefixed: readonly Route[], plain: readonly Route[]): OpenApi {
  const schemas = namedSchemas();
  const paths: Record<string, Record<string, Json>> = {};
  const add = (prefix: string, route: Route) => {
    const path = `${prefix}${route.path}`.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  };
  for (const route of prefixed) add('/v1', route);
  for (const route of plain) add('', route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'examhall',
      version: '1.0.0',
      description:
        'Live, high-stakes exams. Instants are epoch milliseconds; errors are RFC 9457 problems with a code; lists have cursors.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas, securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  };
}

function operation(route: Route): Json {
  const isGuarded = route.access !== 'public';
  return {
    operationId: `${route.method}${route.path.replace(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [route.tag],
    summary: route.summary,
    description: isGuarded ? whoMay(route) : 'Needs no token.',
    security: isGuarded ? [{ bearer: [] }] : [],
    parameters: parametersOf(route),
    ...requestBodyOf(route),
    responses: responsesOf(route),
  };
}

function whoMay(route: Route): string {
  if (route.access === 'public') return '';
  const roles = Object.entries(PERMISSIONS[route.access]).map(([role, relation]) => `${role} (${relation})`);
  return `Action \`${route.access}\`: ${roles.join(', ')}.`;
}

function parametersOf(route: Route): Json[] {
  const path = membersOf(route.params).map(({ name, schema }) => ({ name, in: 'path', required: true, schema }));
  const query = membersOf(route.query).map(({ name, required, schema }) => ({ name, in: 'query', required, schema }));
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    schema: { type: 'string', pattern: '^[0-9A-Za-z_-]{8,64}$' },
  };
  const match = { name: 'If-Match', in: 'header', required: route.version === 'needed', schema: { type: 'string' } };
  const version = route.version === 'asked' || route.version === 'needed' ? [match] : [];
  return [...path, ...query, ...version, ...(route.repeat === 'keyless' ? [] : [key])];
}

function membersOf(schema: z.ZodType): { name: string; required: boolean; schema: unknown }[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, member]) => ({
    name,
    required: required.includes(name),
    schema: member,
  }));
}

function requestBodyOf(route: Route): Json {
  if (route.method === 'get' || route.method === 'delete') return {};
  if (route.takes === 'stream') return { requestBody: { required: true, content: BYTES_CONTENT } };
  if (route.takes === 'photo') return { requestBody: { required: true, content: PHOTO_CONTENT } };
  const schema = jsonSchema(route.body, 'input');
  return { requestBody: { required: !('default' in schema), content: { 'application/json': { schema } } } };
}

function responsesOf(route: Route): Json {
  const { status, type, schema } = route.reply;
  const content =
    type === 'nothing'
      ? {}
      : { content: { [type]: { schema: schema === null ? { type: 'string' } : referenceTo(schema) } } };
  const partly = route.ranged
    ? { 206: { description: 'The range that was asked for.', ...content }, 304: { description: 'Not changed.' } }
    : {};
  return { [status]: { description: route.summary, ...content }, ...partly, ...problemsOf(route) };
}

/** The route's refusals by status, each with its codes. */
function problemsOf(route: Route): Json {
  const codes = new Set<RefusalCode>([...ALWAYS, ...(route.access === 'public' ? [] : GUARDED), ...route.refusals]);
  if (route.repeat !== 'keyless') for (const code of ['KEY_MISSING', 'KEY_REUSED', 'BUSY'] as const) codes.add(code);
  if (route.version === 'asked' || route.version === 'needed') codes.add('VERSION_CHANGED');
  if (route.version === 'needed') codes.add('IF_MATCH_MISSING');
  if (route.method === 'post' || route.method === 'put' || route.method === 'patch') codes.add('REQUEST_TOO_LARGE');
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of codes) byStatus.set(REFUSALS[code].status, [...(byStatus.get(REFUSALS[code].status) ?? []), code]);
  const entries = [...byStatus].map(([status, found]) => [
    status,
    { description: found.join(', '), content: { 'application/problem+json': { schema: PROBLEM } } },
  ]);
  return Object.fromEntries(entries);
}

const NAMES = new Map<z.ZodType, string>(
  [replies, monitor, { UploadView, UploadList, FileLinkReply }]
    .flatMap((family): [string, unknown][] => Object.entries(family))
    .flatMap(([name, schema]) => (schema instanceof z.ZodType ? [[schema, name] as const] : [])),
);

function referenceTo(schema: z.ZodType): Json {
  const name = NAMES.get(schema);
  return name === undefined ? jsonSchema(schema, 'output') : { $ref: `#/components/schemas/${name}` };
}

function namedSchemas(): Json {
  return Object.fromEntries([...NAMES].map(([schema, name]) => [name, jsonSchema(schema, 'output')]));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
