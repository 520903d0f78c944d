// The tracked OpenAPI document as text: what fits on a line is on one, so that a change of one route is a few lines of
// difference. Called by docs/openapi.ts, docs/generate.ts and test/docs.
import { declaredOpenApi } from '../api/declared.ts';

/** Where it is kept, from the project's folder. */
export const OPENAPI_FILE = 'openapi.json';
const WIDTH = 120;

export function openApiText(): string {
  return `${written(declaredOpenApi(), '')}\n`;
}

/** `value` as JSON, behind `indent`; what has no value is left out, as JSON.stringify does. */
function written(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= WIDTH) return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((member) => written(member, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => `${JSON.stringify(name)}: ${written(member, inner)}`);
  return `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indent}${close}`;
}
