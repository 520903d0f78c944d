// What the documents say of the code, compared with the code both ways: a row too much is as wrong as one too little.

import assert from 'node:assert/strict';
import { collections, entityDiagram } from '../../docs/entities.ts';
import { PARTS, partsOf, regenerated } from '../../docs/tables.ts';
import { TRANSITIONS } from '../../exam/transitions.ts';
import { PERMISSIONS } from '../../schema/permissions.ts';
import { REDIS_KEY_TABLE } from '../../schema/redis-keys.ts';
import { REFUSALS } from '../../schema/refusals.ts';
import { allPages, page, rowsOf } from './pages.ts';

const code = (cell: string | undefined): string => cell?.replaceAll('`', '') ?? '';
const dataModel = page('docs/data-model.md');

describe('documents made from the code', () => {
  for (const { path, text } of allPages().filter((one) => partsOf(one.text).length > 0)) {
    it(`${path} says what the code says; if not, run: npm run docs`, () => {
      assert.ok(text === regenerated(text), `${path} is out of date, run: npm run docs`);
    });
  }

  it('show every part once', () => {
    const shown = allPages().flatMap(({ text }) => partsOf(text));
    assert.deepEqual(shown.sort(), Object.keys(PARTS).sort());
  });

  it('notice a row too much and a row too little', () => {
    const { text } = page('docs/refusals.md');
    const [row = ''] = /^\| `BUSY`.*\n/m.exec(text) ?? [];
    assert.ok(row.length > 0);
    const changed = [text.replace(row, ''), text.replace(row, row + row.replace('BUSY', 'LAZY'))];
    for (const other of changed) assert.notEqual(other, regenerated(other));
  });

  it('list every refusal with its status, and nothing else', () => {
    const [, ...rows] = rowsOf(page('docs/refusals.md'));
    const listed = rows.map(([name, status, retry]) => `${code(name)} ${status} ${code(retry).split(':')[0]}`);
    const known = Object.entries(REFUSALS).map(([name, { status, retry }]) => `${name} ${status} ${retry}`);
    assert.deepEqual(listed, known);
  });

  it('list every action of the permission table, and nothing else', () => {
    const [, ...rows] = rowsOf(page('docs/permissions.md'));
    assert.deepEqual(
      rows.map(([action]) => code(action)),
      Object.keys(PERMISSIONS),
    );
  });

  it('list every transition, and nothing else', () => {
    const rows = rowsOf(page('docs/states.md')).filter(([from]) => from !== 'from');
    const subjects = ['plan', 'room', 'examinee', 'sheet', 'proctor', 'link', 'incident', 'call'] as const;
    const known = subjects.flatMap((of) => TRANSITIONS[of].map(({ from, to, by }) => `${from} ${to} ${by}`));
    assert.deepEqual(
      rows.map(([from, to, by]) => `${from} ${to} ${code(by)}`),
      known,
    );
  });

  it('list every Redis key, and nothing else', () => {
    const rows = rowsOf(dataModel).filter(([key]) => key?.startsWith('`eh:'));
    const listed = rows.map(([, ...cells]) => cells.join(' '));
    const known = Object.values(REDIS_KEY_TABLE).map(({ type, writers, readers, expiry }) =>
      [type, writers.join(', '), readers.join(', ') || 'nobody yet', expiry].join(' '),
    );
    assert.deepEqual(listed, known);
  });

  it('draw every collection with all its fields', () => {
    const drawn = [...dataModel.text.matchAll(/^ {2}(\w+) \{\n([\s\S]*?)^ {2}\}$/gm)].map(([, name, body = '']) => ({
      name,
      fields: body
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' ')[1]),
    }));
    const known = collections().map(({ name, fields }) => ({
      name,
      fields: fields.map((field) => field.name.replaceAll('.', '_')),
    }));
    assert.deepEqual(drawn, known);
  });

  it('speak of known collections alone', () => {
    const all = collections();
    const names = new Set(all.map(({ name }) => name));
    const related = [...entityDiagram(all).matchAll(/^ {2}(\w+) \|\|--\S+ (\w+) :/gm)].flatMap(([, ...pair]) => pair);
    const [, special = ''] = /What the picture does not say:\n([\s\S]*?)\n## /.exec(dataModel.text) ?? [];
    const [, ...rows] = rowsOf({ path: '', text: special });
    const told = rows.flatMap(([cell]) => code(cell).split(', '));
    assert.ok(related.length > 10 && told.length > 5);
    for (const name of [...related, ...told]) assert.ok(names.has(name), name);
  });
});
