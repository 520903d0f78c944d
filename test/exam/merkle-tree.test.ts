// The tree over a batch: the roots of RFC 6962's reference implementation, and for any batch that each path leads to the root
// and nothing else does.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HASH_BYTES, leafHash, pathOf, rootByPath, rootOf, writeLeaf } from '../../exam/merkle-tree.ts';
import { holdsFor } from './seed.ts';

/** The test vectors of certificate-transparency's reference implementation: the leaves, and the root over the first n of them. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function rowOf(texts: readonly string[]): Buffer {
  const row = Buffer.alloc(texts.length * HASH_BYTES);
  for (const [place, text] of texts.entries()) writeLeaf(row, place, text);
  return row;
}

const leafAt = (row: Buffer, place: number): Buffer => row.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);

/** A row of leaves and a place in it. */
const batch = fc
  .integer({ min: 1, max: 260 })
  .chain((count) => fc.record({ count: fc.constant(count), place: fc.nat({ max: count - 1 }), salt: fc.string() }));
type Batch = { readonly count: number; readonly place: number; readonly salt: string };

const textsOf = ({ count, salt }: Batch): string[] => Array.from({ length: count }, (_, place) => `${place}.${salt}`);

describe('a Merkle tree', () => {
  it('has the roots of RFC 6962', () => {
    const texts = LEAVES.map((hex) => Buffer.from(hex, 'hex').toString());
    for (const [index, root] of ROOTS.entries())
      assert.equal(rootOf(rowOf(texts.slice(0, index + 1))).toString('hex'), root);
  });

  it('leads from each leaf by its path to the root', () => {
    holdsFor(
      fc.property(batch, (given) => {
        const texts = textsOf(given);
        const row = rowOf(texts);
        const { place, count } = given;
        assert.deepEqual(leafHash(texts[place] ?? ''), Buffer.from(leafAt(row, place)));
        assert.deepEqual(rootByPath(leafAt(row, place), place, count, pathOf(row, place)), rootOf(row));
      }),
      200,
    );
  });

  it('leads nowhere near it with another leaf, place, number of leaves, or path', () => {
    holdsFor(
      fc.property(batch, fc.nat(), (given, chance) => {
        const { place, count } = given;
        const row = rowOf(textsOf(given));
        const root = rootOf(row);
        const [leaf, path] = [leafAt(row, place), pathOf(row, place)];
        const fails = (...asked: Parameters<typeof rootByPath>) =>
          assert.notDeepEqual(rootByPath(...asked), root, `${asked[1]} of ${asked[2]}`);
        fails(leafHash('another'), place, count, path);
        fails(leaf, place, count, [...path, root]);
        for (const cut of path.keys()) fails(leaf, place, count, path.toSpliced(cut, 1));
        if (path.length > 0) {
          const at = chance % path.length;
          const other = Buffer.from(path[at] ?? root);
          other[chance % HASH_BYTES] = (other[chance % HASH_BYTES] ?? 0) ^ 1;
          fails(leaf, place, count, path.with(at, other));
        }
        for (const wrong of [place + 1, place - 1, count, -1, 0.5]) fails(leaf, wrong, count, path);
        for (const wrong of [0, place, 2 * count + 1]) fails(leaf, place, wrong, path);
      }),
      200,
    );
  });

  it('takes no inner hash for a leaf', () => {
    const row = rowOf(['a', 'b']);
    const inner = rootOf(row);
    assert.notDeepEqual(leafHash(row.toString('latin1')), inner);
    assert.notDeepEqual(rootByPath(inner, 0, 2, pathOf(row, 0)), inner);
  });

  it('has no root of nothing', () => {
    assert.throws(() => rootOf(Buffer.alloc(0)), RangeError);
    assert.throws(() => pathOf(rowOf(['a']), 1), RangeError);
  });
});
