// The collections as mongoose knows them, and the pictures that the documents show of them: the diagram of entities and
// relations, and the list of indexes. Opens no connection. Called by docs/tables.ts and by test/docs.
import { Schema } from 'mongoose';
import * as audit from '../schema/documents/audit.ts';
import * as call from '../schema/documents/call.ts';
import * as control from '../schema/documents/control.ts';
import * as erasure from '../schema/documents/erasure.ts';
import * as held from '../schema/documents/held.ts';
import * as mark from '../schema/documents/mark.ts';
import * as monitoring from '../schema/documents/monitoring.ts';
import * as people from '../schema/documents/people.ts';
import * as plan from '../schema/documents/plan.ts';
import * as record from '../schema/documents/record.ts';
import * as room from '../schema/documents/room.ts';
import * as rosterImport from '../schema/documents/roster-import.ts';
import * as sheet from '../schema/documents/sheet.ts';
import * as upload from '../schema/documents/upload.ts';
import { table } from './markdown.ts';

export type Field = { readonly name: string; readonly type: string };
export type Collection = {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly indexes: readonly { readonly keys: string; readonly unique: boolean }[];
};

/** Which collection a field with this name points to. */
const POINTS_TO: Readonly<Record<string, string>> = {
  planId: 'plans',
  paperId: 'papers',
  roomId: 'rooms',
  examineeId: 'examinees',
  controlId: 'controls',
};

/** Relations that an `_id` carries: collection → what its `_id` names, how many, and the word for it. */
const BY_ID: readonly (readonly [from: string, to: string, many: 'one' | 'many', word: string])[] = [
  ['plans', 'answers', 'many', 'named in _id'],
  ['examinees', 'answers', 'many', 'named in _id'],
  ['examinees', 'sheets', 'one', 'same _id'],
  ['sheets', 'files', 'one', 'named in _id'],
];

/** Every collection, in the order of the files in schema/documents. */
export function collections(): Collection[] {
  return [
    plan,
    room,
    rosterImport,
    people,
    control,
    call,
    sheet,
    mark,
    erasure,
    held,
    record,
    audit,
    monitoring,
    upload,
  ].flatMap((file) =>
    Object.values(file)
      .filter((value) => value instanceof Schema)
      .map((schema) => collectionOf(schema as Schema)),
  );
}

function collectionOf(schema: Schema): Collection {
  const fields = Object.entries(schema.paths).map(([name, path]) => ({ name, type: typeOf(path) }));
  const indexes = schema.indexes().map(([keys, options]) => ({
    keys: Object.entries(keys)
      .map(([name, order]) => (order === -1 ? `${name} falling` : name))
      .join(', '),
    unique: options?.unique === true,
  }));
  return { name: String(schema.get('collection')), fields, indexes };
}

function typeOf(path: {
  readonly instance: string;
  readonly embeddedSchemaType?: { readonly instance: string } | undefined;
}): string {
  return path.instance === 'Array' ? `${path.embeddedSchemaType?.instance ?? 'Mixed'}_list` : path.instance;
}

/** The diagram of all collections with their fields, in Mermaid. */
export function entityDiagram(all: readonly Collection[]): string {
  const entities = all.map(({ name, fields }) => {
    const rows = fields.map(
      (field) => `    ${field.type.toLowerCase()} ${diagramName(field.name)}${keyOf(field.name)}`,
    );
    return [`  ${name} {`, ...rows, '  }'].join('\n');
  });
  return ['```mermaid', 'erDiagram', ...relations(all), ...entities, '```'].join('\n');
}

/** Mermaid takes no dot in a field's name. */
function diagramName(field: string): string {
  return field.replaceAll('.', '_');
}

function keyOf(field: string): string {
  if (field === '_id') return ' PK';
  return field in POINTS_TO ? ' FK' : '';
}

function relations(all: readonly Collection[]): string[] {
  const byField = all.flatMap(({ name, fields }) =>
    fields.flatMap((field) => {
      const target = POINTS_TO[field.name];
      return target === undefined ? [] : [`  ${target} ||--o{ ${name} : "${field.name}"`];
    }),
  );
  const byId = BY_ID.map(([from, to, many, word]) => `  ${from} ||--o${many === 'one' ? '|' : '{'} ${to} : "${word}"`);
  return [...byField, ...byId];
}

/** The indexes beside `_id`, as a table of Markdown. */
export function indexTable(all: readonly Collection[]): string {
  const rows = all.flatMap(({ name, indexes }) =>
    indexes.map(({ keys, unique }) => [`\`${name}\``, keys, unique ? 'unique' : '']),
  );
  return table(['collection', 'index', ''], rows);
}
