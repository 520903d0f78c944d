// What may stand where something was refused, as JSON Schema: the part of a declared shape that a path leads to. Called by
// route.ts, only when something is refused.
import type { z } from 'zod';
import { type Json, jsonSchema } from './openapi-schemas.ts';

type Place = readonly PropertyKey[];

const DECLARED = new WeakMap<z.ZodType, Json>();
const BRANCHES = ['anyOf', 'oneOf', 'allOf'] as const;

/** The schema at this place, without what lies deeper; of the nearest place that is known where there is none. */
export function allowedAt(schema: z.ZodType, place: Place): Json {
  let declared = DECLARED.get(schema);
  if (declared === undefined) {
    declared = jsonSchema(schema, 'input');
    DECLARED.set(schema, declared);
  }
  const found = partsAt(declared, place).map(outermost);
  const [first = {}] = found;
  return found.length < 2 ? first : { anyOf: found };
}

/** A union has a part for each branch that goes on there. */
function partsAt(json: Json, place: Place): Json[] {
  const [name, ...rest] = place;
  if (name === undefined) return [json];
  const inside = insideOf(json, name);
  if (inside !== undefined) return partsAt(inside, rest);
  const branches = BRANCHES.flatMap((word) => (json[word] as Json[] | undefined) ?? []);
  const going = branches.filter((branch) => leadsTo(branch, name));
  return going.length === 0 ? [json] : going.flatMap((branch) => partsAt(branch, place));
}

function leadsTo(json: Json, name: PropertyKey): boolean {
  const deeper = BRANCHES.flatMap((word) => (json[word] as Json[] | undefined) ?? []);
  return insideOf(json, name) !== undefined || deeper.some((branch) => leadsTo(branch, name));
}

function insideOf(json: Json, name: PropertyKey): Json | undefined {
  const { properties, items, prefixItems, additionalProperties } = json as {
    properties?: Record<PropertyKey, Json>;
    items?: Json;
    prefixItems?: Json[];
    additionalProperties?: Json | boolean;
  };
  if (typeof name === 'number') return prefixItems?.[name] ?? items;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Members are named, and not described: what is wrong inside of one has a path of its own. */
function outermost(json: Json): Json {
  const { properties, items, prefixItems, anyOf, oneOf, ...rest } = json as Record<string, Json | Json[]>;
  const many = (branches: Json | Json[] | undefined) => (Array.isArray(branches) ? branches.map(outermost) : branches);
  return {
    ...rest,
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.keys(properties).map((name) => [name, {}])) }),
    ...(items === undefined ? {} : { items: typeOf(items as Json) }),
    ...(prefixItems === undefined ? {} : { prefixItems: (prefixItems as Json[]).map(typeOf) }),
    ...(anyOf === undefined ? {} : { anyOf: many(anyOf) }),
    ...(oneOf === undefined ? {} : { oneOf: many(oneOf) }),
  };
}

function typeOf({ type }: Json): Json {
  return type === undefined ? {} : { type };
}
