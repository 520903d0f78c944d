// What became of the messages of a fuzz, by type: so that a type which nobody took, or nobody refused, is a failure. Called
// by both worlds of the fuzz.
import assert from 'node:assert/strict';
import type { IncomingType } from '../../schema/messages.ts';
import type { RefusalCode } from '../../schema/refusals.ts';
import { TYPES } from './shapes.ts';

export type Tally = {
  note(type: IncomingType, refusal: { readonly refused: RefusalCode } | undefined): void;
  /** Throws where a type got no accepted or no refused message. */
  mustBeWhole(): void;
  /** Throws where no message of a type was refused. */
  mustRefuseAll(): void;
  /** The types of which none was accepted yet. */
  untaken(): IncomingType[];
  count(): number;
  /** One line for each type. */
  text(): string;
};

type Row = { accepted: number; readonly refused: Map<RefusalCode, number> };

/** An empty one with a row for each type of the table. */
export function createTally(): Tally {
  const rows = new Map(TYPES.map((type): [IncomingType, Row] => [type, { accepted: 0, refused: new Map() }]));
  const refusedOf = ({ refused }: Row) => [...refused.values()].reduce((sum, count) => sum + count, 0);
  return {
    note(type, refusal) {
      const row = rows.get(type);
      if (row === undefined) throw new Error(`${type} is no type`);
      if (refusal === undefined) row.accepted++;
      else row.refused.set(refusal.refused, (row.refused.get(refusal.refused) ?? 0) + 1);
    },
    mustBeWhole() {
      for (const [type, row] of rows) assert.ok(row.accepted > 0, `no ${type} was ever accepted`);
      this.mustRefuseAll();
    },
    mustRefuseAll() {
      for (const [type, row] of rows) assert.ok(refusedOf(row) > 0, `no ${type} was ever refused`);
    },
    untaken: () => TYPES.filter((type) => rows.get(type)?.accepted === 0),
    count: () => [...rows.values()].reduce((sum, row) => sum + row.accepted + refusedOf(row), 0),
    text: () => [...rows].map(lineOf).join('\n'),
  };
}

function lineOf([type, { accepted, refused }]: [IncomingType, Row]): string {
  const codes = [...refused].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
  return `    ${type.padEnd(16)} accepted ${String(accepted).padStart(7)}, refused: ${codes.join(', ')}`;
}
