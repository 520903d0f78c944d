// The OpenAPI document: every route is in it, it says what is done, and it is consistent in itself; and /docs, which
// must not ask anybody else for anything.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { jsonSchema } from '../../api/openapi-schemas.ts';
import { CLASSES, spelledOut } from '../../api/pattern-classes.ts';
import { OPENAPI_FILE, openApiText } from '../../docs/contract.ts';
import { REFUSALS, type RefusalCode } from '../../schema/refusals.ts';
import { type RunningApi, startApi } from './running-api.ts';

const Parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: z.looseObject({}),
  example: z.union([z.string(), z.number()]).optional(),
});
const Content = z.record(
  z.string(),
  z.strictObject({ schema: z.looseObject({}), example: z.looseObject({}).optional() }),
);
const Answer = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string(), z.strictObject({ $ref: z.string() })).optional(),
  content: Content.optional(),
});
const Operation = z.strictObject({
  operationId: z.string(),
  tags: z.array(z.string()).length(1),
  summary: z.string().min(5),
  description: z.string().min(1),
  security: z.array(z.strictObject({ bearer: z.tuple([]) })),
  parameters: z.array(Parameter),
  requestBody: z.strictObject({ required: z.boolean(), content: Content }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.union([Answer, z.strictObject({ $ref: z.string() })])),
});
/** The part of OpenAPI 3.1 that the document uses, after the specification's own section "Schema". */
const Document = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), Operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), z.looseObject({})),
    headers: z.record(z.string(), z.strictObject({ description: z.string(), schema: z.looseObject({}) })),
    responses: z.record(z.string().regex(/^[A-Z._]+$/), Answer),
    securitySchemes: z.strictObject({
      bearer: z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer') }),
    }),
  }),
});

const OPENAPI = fileURLToPath(new URL(`../../${OPENAPI_FILE}`, import.meta.url));

type NarrowedProblem = { properties: { status: { const: number }; code: { enum: RefusalCode[] } } };

/** zod reads patterns back without the flag that characters beyond 16 bits need: those are left to the route. */
function mustTake(schema: unknown, example: unknown, told: string): void {
  const readable = JSON.parse(JSON.stringify(schema), (name, value) =>
    name === 'pattern' && /[^\0-\uffff]/u.test(value) ? undefined : value,
  );
  const parsed = z.fromJSONSchema(readable).safeParse(example);
  assert.ok(parsed.success, `${told}: ${parsed.error?.message}`);
}

describe('OpenAPI', () => {
  let api: RunningApi;
  let document: z.infer<typeof Document>;
  let text: string;

  before(async () => {
    api = await startApi('openapi');
    const answer = await api.call('GET', '/v1/openapi.json');
    text = answer.text;
    document = Document.parse(answer.body);
  });
  after(() => api.stop());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  const answerOf = (found: z.infer<typeof Operation>['responses'][string] | undefined) =>
    found !== undefined && '$ref' in found
      ? document.components.responses[found.$ref.replace('#/components/responses/', '')]
      : found;

  it('has every route and no other', () => {
    const declared = api.routes.map(
      ({ prefix, route }) => `${route.method} ${prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`,
    );
    const written = operations().map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(written.toSorted(), declared.toSorted());
  });

  it('says what a body is and never what it is not: whoever makes one from the document would have to guess', () => {
    for (const { path, operation } of operations())
      assert.doesNotMatch(JSON.stringify(operation.requestBody ?? {}), /"not":/, path);
  });

  it('names each operation once', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('declares exactly the parameters that a path has', () => {
    for (const { path, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name);
      assert.deepEqual(declared, named, path);
      assert.ok(operation.parameters.every((parameter) => parameter.in !== 'path' || parameter.required));
    }
  });

  it('has a cursor and a limit on every list that says what is next, and refuses what it does not filter by', async () => {
    const token = await api.adminToken();
    let count = 0;
    for (const { prefix, route } of api.routes) {
      const { schema } = route.reply;
      if (route.method !== 'get' || !(schema instanceof z.ZodObject) || !('next' in schema.shape)) continue;
      const names = route.query instanceof z.ZodObject ? Object.keys(route.query.shape) : [];
      count++;
      assert.ok(names.includes('after') && names.includes('limit'), `${prefix}${route.path} has ${names.join(', ')}`);
      if (/:/.test(route.path) || route.access === 'public') continue;
      const path = `${prefix}${route.path}?colour=red${names.includes('planId') ? `&planId=${'P'.repeat(16)}` : ''}`;
      const { status, body } = await api.call('GET', path, { token });
      if (status === 403) continue;
      const { detail } = body as { detail: string };
      assert.equal(status, 422, path);
      assert.ok(detail.includes(`allowed: ${names.join(', ')}`), `${path}: ${detail}`);
    }
    assert.ok(count > 20, `${count} lists`);
  });

  it('asks for a key on every POST that needs a token, but enter and what has revisions', () => {
    const own = '/v1/examinees/{examineeId}';
    const keyless = ['/v1/enter/proctor', `${own}/answers`, `${own}/submit`];
    for (const { path, method, operation } of operations()) {
      const needsKey = operation.parameters.some((parameter) => parameter.name === 'Idempotency-Key');
      const isKeyed = method === 'post' && operation.security.length > 0 && !keyless.includes(path);
      assert.equal(needsKey, isKeyed, `${method} ${path}`);
    }
  });

  it('names the refusals of a route by their status', () => {
    const codes = (path: string, method: 'get' | 'post', status: string) =>
      answerOf(document.paths[path]?.[method]?.responses[status])?.description;
    assert.equal(codes('/v1/plans', 'post', '400'), 'KEY_MISSING');
    assert.equal(codes('/v1/plans', 'post', '404'), 'PAPER_UNKNOWN');
    assert.equal(
      codes('/v1/enter', 'post', '409'),
      'ROOM_NOT_OPEN, ROOM_OTHER, ENTRY_TOO_LATE, EXAM_ENDED, SESSION_FENCED',
    );
    assert.equal(codes('/v1/plans', 'get', '401'), 'LOGIN_REQUIRED');
    assert.equal(codes('/v1/enter', 'post', '401'), undefined);
  });

  it('names with each status of a problem exactly the codes of the catalogue that may come with it', () => {
    for (const [name, answer] of Object.entries(document.components.responses)) {
      const { schema } = answer.content?.['application/problem+json'] ?? {};
      const { properties } = schema as unknown as NarrowedProblem;
      assert.deepEqual(name.split('.'), properties.code.enum);
      assert.equal(answer.description, properties.code.enum.join(', '));
      for (const code of properties.code.enum) assert.equal(REFUSALS[code].status, properties.status.const, code);
    }
    const documented = new Set(Object.keys(document.components.responses).flatMap((name) => name.split('.')));
    for (const { route } of api.routes) for (const code of route.refusals) assert.ok(documented.has(code), code);
  });

  it('shows an example with each JSON body and each part of a path, that its own schemas take', () => {
    for (const { path, method, operation } of operations()) {
      const { schema, example } = operation.requestBody?.content['application/json'] ?? {};
      const takesMembers = Object.keys(schema?.properties ?? {}).length > 0;
      assert.ok(example !== undefined || !takesMembers, `${method} ${path}`);
      if (example !== undefined) mustTake(schema, example, `${method} ${path}`);
      for (const parameter of operation.parameters) {
        if (parameter.in === 'path') assert.ok(parameter.example !== undefined, `${method} ${path} ${parameter.name}`);
        if (parameter.example !== undefined && parameter.in !== 'query')
          mustTake(parameter.schema, parameter.example, `${method} ${path} ${parameter.name}`);
      }
    }
  });

  it('is what the tracked openapi.json says; if not, run: npm run docs', () => {
    assert.ok(readFileSync(OPENAPI, 'utf8') === openApiText(), 'openapi.json is out of date, run: npm run docs');
    assert.deepEqual(JSON.parse(text), JSON.parse(openApiText()));
  });

  it('has no class of characters in any pattern, and spells each out as the characters that it has', () => {
    assert.ok(!text.includes('\\\\p{'));
    for (const name of Object.keys(CLASSES)) {
      const [short, long] = [`^\\p{${name}}$`, spelledOut(`^[\\p{${name}}]$`)].map((source) => new RegExp(source, 'u'));
      for (let point = 0; point <= 0x10_ff_ff; point++) {
        const character = String.fromCodePoint(point);
        if (short?.test(character) !== long?.test(character)) assert.fail(`${name} and ${point.toString(16)}`);
      }
    }
  });

  it('says of texts that are trimmed that blanks alone are nothing, and of no text that it is half a character', () => {
    for (const text of [
      z.string().trim().min(1),
      z
        .string()
        .trim()
        .regex(/^[^\p{Cc}\p{Cs}]{1,9}$/u),
    ]) {
      const { pattern = '', allOf = [] } = jsonSchema(text, 'input') as {
        pattern?: string;
        allOf?: { pattern: string }[];
      };
      const read = [pattern, ...allOf.map((one) => one.pattern)].map((source) => new RegExp(source, 'u'));
      for (const given of [' ', '\ufeff', '\u3000', ' a', 'a', '\u00a0b\t'])
        if (text.safeParse(given).success) assert.ok(read[0]?.test(given.trim()) && read.at(-1)?.test(given), given);
        else assert.ok(!read.every((one) => one.test(given)), JSON.stringify(given));
    }
    assert.equal(jsonSchema(z.string().regex(/^[^\p{Cs}]*$/u), 'input').pattern, undefined);
    assert.equal(jsonSchema(z.string().trim().max(9), 'input').pattern, undefined, 'which may be empty');
  });

  it('refers only to schemas that it has, and uses each reply as a problem or an answer', () => {
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '');
    assert.ok(references.length > 30);
    for (const reference of references) {
      const [, family, name] = /^#\/components\/(schemas|responses|headers)\/(.+)$/.exec(reference) ?? [];
      assert.ok(document.components[family as 'schemas']?.[name ?? ''] !== undefined, reference);
    }
  });

  it('has schemas that can be read back and take what the api answers', async () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      assert.doesNotThrow(() => z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema), name);
    }
    const problem = z.fromJSONSchema(document.components.schemas.Problem as z.core.JSONSchema.JSONSchema);
    const { body } = await api.call('GET', '/v1/plans');
    assert.equal(problem.safeParse(body).success, true);
    assert.equal(problem.safeParse({ ...(body as object), code: 'NO_SUCH_CODE' }).success, false);
  });

  it('has nothing of a key or a password in any reply', () => {
    const replies = JSON.stringify(document.components.schemas);
    for (const secret of ['passwordHash', '"password"', '"correct"', 'entryId', 'deviceKey'])
      assert.ok(!replies.includes(secret), secret);
  });

  it('is shown at /docs by files of our own, under a policy that lets nothing else in', async () => {
    const page = await api.call('GET', '/docs/');
    assert.equal(page.status, 200);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    assert.ok(sources.length >= 3);
    for (const source of sources) {
      assert.match(source, /^\/docs\//);
      assert.equal((await api.call('GET', source)).status, 200, source);
    }
    assert.ok(!/<script>|https?:\/\//.test(page.text));
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self';/);
    assert.match(policy, /connect-src 'self'/);
    assert.match((await api.call('GET', '/docs/start.js')).text, /validatorUrl: null/);
    assert.equal((await api.call('GET', '/docs/package.json')).status, 404);
  });
});
