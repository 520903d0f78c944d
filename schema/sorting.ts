// The orders that a list may have, and the cursors that go with them. A cursor says after which row a page begins by what
// the order compares: it holds though that row is gone, and rows that come meanwhile neither repeat nor hide another.
// Pure. Used by lists.ts, by the store and by the api.

/** What an order compares first; where rows may have the same, then their ids. `id` is itself what tells rows apart. */
export type SortKey = {
  /** The member of the row. */
  readonly by: string;
  readonly kind: 'id' | 'number' | 'text';
  /** No two rows of the list have the same. */
  readonly isUnique: boolean;
  /** Rows may be without it; they come before all others, and last where the order falls. */
  readonly mayMiss?: true;
  /** It goes in this direction alone. */
  readonly isOneWay?: true;
  /** The member that tells rows of the same value apart; `_id` where none is named. */
  readonly tie?: string;
  /** The filter without which the list has no such order. */
  readonly needs?: string;
};

/** By name, the default first. */
export type Sorts = Readonly<Record<string, SortKey>>;

export const BY_ID: SortKey = { by: '_id', kind: 'id', isUnique: true };
export const byNumber = (by: string): SortKey => ({ by, kind: 'number', isUnique: false });
export const byText = (by: string): SortKey => ({ by, kind: 'text', isUnique: false });
/** What each row has as its own. */
export const byOwn = (by: string, kind: SortKey['kind']): SortKey => ({ by, kind, isUnique: true });

export type Order = SortKey & { readonly isFalling: boolean };

/** Every name of an order: `label`, and `-label` for the other direction. */
export function namesOf(sorts: Sorts): string[] {
  return Object.entries(sorts).flatMap(([name, { isOneWay }]) => (isOneWay ? [name] : [name, `-${name}`]));
}

/** The order of this name; the default where none is named. Throws where there is none such: it is checked at the border. */
export function orderOf(sorts: Sorts, name = Object.keys(sorts)[0] ?? ''): Order {
  const isFalling = name.startsWith('-');
  const key = sorts[isFalling ? name.slice(1) : name];
  if (key === undefined) throw new Error(`no order is called ${name}`);
  return { ...key, isFalling };
}

/** What a cursor says of the row before it; `value` null where that one had none. */
export type Position = { readonly value: string | number | null; readonly id: string };

type Row = Readonly<Record<string, unknown>>;

/** The cursor after this row. */
export function cursorAfter(order: SortKey, row: object, valueIn: (row: object) => unknown = ofMember(order)): string {
  const value = written(order, valueIn(row));
  return order.isUnique ? value : `${value}.${String((row as Row)[order.tie ?? '_id'])}`;
}

/** What the cursor says; undefined where it is none of this order. */
export function positionIn(order: SortKey, cursor: string): Position | undefined {
  if (order.isUnique) {
    const value = read(order, cursor);
    return value === undefined || value === null ? undefined : { value, id: String(value) };
  }
  const [, text, id] = /^([0-9A-Za-z_-]*)\.(.+)$/.exec(cursor) ?? [];
  const value = text === undefined ? undefined : read(order, text);
  return value === undefined || id === undefined ? undefined : { value, id };
}

/** Below 0 where one comes before the other; as the store compares. */
export function compared(order: Order, one: Position, other: Position): number {
  const first = ranked(one.value, other.value) || ranked(one.id, other.id);
  return order.isFalling ? -first : first;
}

/** What a row has where the order looks. */
export function ofMember({ by }: SortKey): (row: object) => unknown {
  return (row) => (row as Row)[by];
}

export function positionOf(order: SortKey, row: object, valueIn = ofMember(order)): Position {
  const value = valueIn(row);
  const isThere = typeof value === 'string' || typeof value === 'number';
  return {
    value: isThere ? value : null,
    id: order.isUnique ? String(value) : String((row as Row)[order.tie ?? '_id']),
  };
}

function ranked(one: string | number | null, other: string | number | null): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}

/** In letters, digits, `_` and `-`: a fraction has `_` for its point. */
function written({ kind }: SortKey, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (kind === 'text') return `t${Buffer.from(String(value)).toString('base64url')}`;
  return kind === 'number' ? String(value).replace('.', '_') : String(value);
}

function read({ kind, mayMiss }: SortKey, text: string): string | number | null | undefined {
  if (text === '') return mayMiss ? null : undefined;
  if (kind === 'id') return /^[0-9A-Za-z._-]{1,128}$/.test(text) ? text : undefined;
  if (kind === 'text') return text.startsWith('t') ? Buffer.from(text.slice(1), 'base64url').toString() : undefined;
  return /^-?\d{1,16}(_\d{1,17})?$/.test(text) ? Number(text.replace('_', '.')) : undefined;
}
