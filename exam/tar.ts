// A tar archive (POSIX ustar), part by part: enough for files with short names of ASCII, which is what sheet files have.
// Pure. Called by the api, which streams it.

const BLOCK = 512;
const NAME_BYTES = 100;

/** The header of a file of so many bytes; `at` in epoch ms. Throws RangeError for a name that is not 1 to 100 characters of ASCII. */
export function tarHeader(name: string, bytes: number, at: number): Buffer {
  if (!/^[\x20-\x7e]+$/.test(name) || name.length > NAME_BYTES) throw new RangeError('not a name for an archive');
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 'ascii');
  header.write(octal(0o600, 8), 100, 'ascii');
  header.write(octal(0, 8), 108, 'ascii');
  header.write(octal(0, 8), 116, 'ascii');
  header.write(octal(bytes, 12), 124, 'ascii');
  header.write(octal(Math.floor(at / 1_000), 12), 136, 'ascii');
  header.write(' '.repeat(8), 148, 'ascii');
  header.write('0', 156, 'ascii');
  header.write('ustar\u000000', 257, 'ascii');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'ascii');
  return header;
}

/** What follows a file's bytes, up to the next block. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

/** The end of the archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\u0000`;
}
