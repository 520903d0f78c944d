// The OpenAPI 3.1 document, made from the same declarations and zod schemas that route and validate: it cannot say
// anything else than what is done. Called once at start by app.ts, and by declared.ts for the tracked file.
import type { z } from 'zod';
import { PERMISSIONS } from '../schema/permissions.ts';
import { PHOTO_TYPES } from '../schema/photos.ts';
import { type Example, examplesOf, wordedWorld } from './examples.ts';
import { HEADERS, namedProblems, responsesOf } from './openapi-answers.ts';
import { type Json, jsonSchema, namedSchemas } from './openapi-schemas.ts';
import type { Route } from './route.ts';

export type OpenApi = { openapi: '3.1.0'; paths: Record<string, Record<string, Json>>; components: Json } & Json;

const PHOTO_CONTENT = Object.fromEntries(
  PHOTO_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
);
const TABLE_CONTENT = { 'text/csv': { schema: { type: 'string', format: 'binary' } } };
const BYTES_CONTENT = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

/** `prefixed` are routes under /v1, `plain` those beside it. */
export function openApiOf(prefixed: readonly Route[], plain: readonly Route[]): OpenApi {
  const examples = examplesOf(wordedWorld());
  const paths: Record<string, Record<string, Json>> = {};
  const add = (prefix: string, route: Route) => {
    const path = `${prefix}${route.path}`.replace(/:(\w+)/g, '{$1}');
    const example = examples[`${route.method.toUpperCase()} ${route.path}`];
    paths[path] = { ...paths[path], [route.method]: operation(route, example) };
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
    components: {
      schemas: namedSchemas(),
      headers: HEADERS,
      responses: namedProblems([...prefixed, ...plain]),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation(route: Route, example: Example | undefined): Json {
  const isGuarded = route.access !== 'public';
  return {
    operationId: `${route.method}${route.path.replace(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [route.tag],
    summary: route.summary,
    description: isGuarded ? whoMay(route) : 'Needs no token.',
    security: isGuarded ? [{ bearer: [] }] : [],
    parameters: parametersOf(route, example),
    ...requestBodyOf(route, example),
    responses: responsesOf(route),
  };
}

function whoMay(route: Route): string {
  if (route.access === 'public') return '';
  const roles = Object.entries(PERMISSIONS[route.access]).map(([role, relation]) => `${role} (${relation})`);
  return `Action \`${route.access}\`: ${roles.join(', ')}.`;
}

const KEY = {
  ...{ name: 'Idempotency-Key', in: 'header', required: true },
  ...{ schema: { type: 'string', pattern: '^[0-9A-Za-z_-]{8,64}$' }, example: 'one-of-your-own' },
};

function parametersOf(route: Route, example: Example | undefined): Json[] {
  const values = example === undefined ? {} : valuesIn(route.path, example.path);
  const shown = ({ name, schema }: Member) => {
    const value = values[name];
    if (value === undefined) return {};
    return { example: schema.type === 'integer' || schema.type === 'number' ? Number(value) : value };
  };
  const path = membersOf(route.params).map((member) => {
    return { name: member.name, in: 'path', required: true, schema: member.schema, ...shown(member) };
  });
  const query = membersOf(route.query).map((member) => {
    const { name, required, schema } = member;
    return { name, in: 'query', required, schema, ...shown(member) };
  });
  const match = {
    ...{ name: 'If-Match', in: 'header', required: route.version === 'needed' },
    ...{ schema: { type: 'string' }, example: '*' },
  };
  const version = route.version === 'asked' || route.version === 'needed' ? [match] : [];
  return [...path, ...query, ...version, ...(route.repeat === 'keyless' ? [] : [KEY])];
}

/** What the example's path has for each parameter of the declared one, and for each of its query. */
function valuesIn(declared: string, path: string): Record<string, string> {
  const [line = '', query = ''] = path.split('?');
  const pattern = new RegExp(`${declared.replaceAll('.', '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+?)')}$`);
  return { ...pattern.exec(line)?.groups, ...Object.fromEntries(new URLSearchParams(query)) };
}

type Member = { readonly name: string; readonly required: boolean; readonly schema: Json };

function membersOf(schema: z.ZodType): Member[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, member]) => ({
    name,
    required: required.includes(name),
    schema: member,
  }));
}

function requestBodyOf(route: Route, example: Example | undefined): Json {
  if (route.method === 'get' || route.method === 'delete') return {};
  if (route.takes === 'stream') return { requestBody: { required: true, content: BYTES_CONTENT } };
  if (route.takes === 'table') return { requestBody: { required: true, content: TABLE_CONTENT } };
  if (route.takes === 'photo') return { requestBody: { required: true, content: PHOTO_CONTENT } };
  const schema = jsonSchema(route.body, 'input');
  const shown = example?.body === undefined ? {} : { example: example.body };
  return { requestBody: { required: !('default' in schema), content: { 'application/json': { schema, ...shown } } } };
}
