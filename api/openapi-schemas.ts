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
    override({ jsonSchema: made }) {
      if (made.pattern !== undefined) made.pattern = spelledOut(made.pattern);
    },
  });
  return rest;
}
