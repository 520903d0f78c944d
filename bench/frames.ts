// WebSocket frames as a client writes and reads them, without the cost of a whole library: a load generator shares the
// machine with what it measures. Pure. The mask is zero, so masking costs nothing here; the server unmasks as always.

export const OPCODE = { binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;

/** One whole message in one frame; at most 64 KiB less one byte. */
export function clientFrame(payload: Uint8Array, opcode: number = OPCODE.binary): Buffer {
  const { length } = payload;
  if (length > 0xffff) throw new RangeError(`${length} bytes do not go into one frame`);
  const head = (length < 126 ? 2 : 4) + MASK_BYTES;
  const frame = Buffer.alloc(head + length);
  frame[0] = FINAL | opcode;
  if (length < 126) frame[1] = MASKED | length;
  else {
    frame[1] = MASKED | 126;
    frame.writeUInt16BE(length, 2);
  }
  frame.set(payload, head);
  return frame;
}

/** Takes bytes as they come and calls `take` for each whole frame. A payload is valid until `take` returns. */
export function createFrameReader(take: (opcode: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer | undefined;
  return (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    rest = undefined;
    let at = 0;
    for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
      at = frame.end;
      take((bytes[frame.start] ?? 0) & 0x0f, bytes.subarray(frame.payload, frame.end));
    }
    if (at < bytes.length) rest = bytes.subarray(at);
  };
}

/** The whole frame that begins at `start`; undefined where some of it is still to come. Servers do not mask. */
function frameAt(bytes: Buffer, start: number): { start: number; payload: number; end: number } | undefined {
  const there = bytes.length - start;
  if (there < 2) return undefined;
  const short = (bytes[start + 1] ?? 0) & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (there < head) return undefined;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(start + 2) : lengthOf64(bytes, start + 2);
  const payload = start + head;
  return payload + length > bytes.length ? undefined : { start, payload, end: payload + length };
}

function lengthOf64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64BE(at));
}
