// Where bytes of uploads lie: one interface, whatever the place. Half a file can be gone on with after any crash, a whole
// one never changes. Must never see a name: ids alone. Implemented by folder-blobs.ts.
import type { Readable } from 'node:stream';

/** A span of bytes, both ends included. */
export type Span = { readonly start: number; readonly end: number };

export type BlobStore = {
  /** How many bytes are kept, and would be after a crash. 0 where there is nothing. */
  size(id: string): Promise<number>;
  /**
   * Adds bytes at the end, which is at `offset`. What came before `chunks` failed is kept, and the failure thrown.
   * Throws BlobOffset where the end is elsewhere.
   */
  append(id: string, offset: number, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** It is whole. The same again is harmless. */
  finish(id: string): Promise<void>;
  /** Of a half file too. Throws BlobMissing. */
  read(id: string, span: Span): Promise<Readable>;
  /** Half or whole, or not there at all. */
  remove(id: string): Promise<void>;
};

/** Thrown by `append`: the bytes have another end. */
export class BlobOffset extends Error {
  override readonly name = 'BlobOffset';
  readonly size: number;
  constructor(size: number) {
    super(`the end is at ${size}`);
    this.size = size;
  }
}

/** Thrown by `read`: nothing lies there, as on a machine that does not share the folder. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
}
