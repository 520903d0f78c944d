// zod → JSON Schema, as the OpenAPI document needs it: replies by their names, everything else where it stands.
// Called by openapi.ts and openapi-answers.ts.
import { z } from 'zod';
import { KeptExportList, KeptExportView } from '../schema/kept-exports.ts';
import * as monitor from '../schema/monitor.ts';
import * as replies from '../schema/replies.ts';
import { RosterCheck, RosterImportList, RosterImportView } from '../schema/roster-imports.ts';
import { FileLinkReply, UploadList, UploadView } from '../schema/uploads.ts';
import { spelledOut } from './pattern-classes.ts';

export type Json = Record<string, unknown>;

const NAMES = new Map<z.ZodType, string>(
  [
    replies,
    monitor,
    { UploadView, UploadList, FileLinkReply, KeptExportView, KeptExportList },
    { RosterCheck, RosterImportView, RosterImportList },
  ]
    .flatMap((family): [string, unknown][] => Object.entries(family))
    .flatMap(([name, schema]) => (schema instanceof z.ZodType ? [[schema, name] as const] : [])),
);

/** The reply by its name, where it has one. */
export function referenceTo(schema: z.ZodType): Json {
  const name = NAMES.get(schema);
  return name === undefined ? jsonSchema(schema, 'output') : { $ref: `#/components/schemas/${name}` };
}

export function namedSchemas(): Json {
  return Object.fromEntries([...NAMES].map(([schema, name]) => [name, jsonSchema(schema, 'output')]));
}

export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema: made }) {
      if (made.pattern !== undefined) made.pattern = spelledOut(made.pattern);
      if (made.pattern === ANYTHING) delete made.pattern;
      if (isTrimmed(zodSchema) && isBlankTaken(made)) {
        if (made.pattern === undefined) made.pattern = VISIBLE;
        else made.allOf = [{ pattern: VISIBLE }];
      }
    },
  });
  return rest;
}

/** What is left of a pattern that refuses nothing but halves of characters. */
const ANYTHING = '^[^]*$';
/** Something that trimming leaves. */
const VISIBLE = '[^\\t-\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]';

/** Whether blanks around it are taken away before it is looked at. */
function isTrimmed(schema: unknown): boolean {
  const checks = schema instanceof z.ZodString ? (schema.def.checks ?? []) : [];
  return checks.some(({ _zod: { def } }) => 'tx' in def && (def.tx as (text: string) => string)(' ') === '');
}

/** Whether JSON Schema takes a blank in which nothing is left of what it asks for. */
function isBlankTaken({ minLength = 0, pattern = '' }: { minLength?: number; pattern?: string }): boolean {
  const read = new RegExp(pattern, 'u');
  return (minLength > 0 || !read.test('')) && read.test(' '.repeat(Math.max(1, minLength)));
}
