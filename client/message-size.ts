// An upper bound of a message's bytes on the wire, without encoding it. Used before sending, so that no socket is ever
// closed for a message that is too large.

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** The most that a length, a record's definition or a type may take beside the content. */
const HEAD_BYTES = 5;

/** At least as many bytes as the value takes in MessagePack; numbers count nine. */
export function messageBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return HEAD_BYTES + utf8Bytes(value);
    case 'number':
      return 9;
    case 'object':
      return value === null ? 1 : objectBytes(value);
    default:
      return 1;
  }
}

function objectBytes(value: object): number {
  let bytes = HEAD_BYTES;
  for (const [name, member] of Object.entries(value)) {
    bytes += (Array.isArray(value) ? 0 : messageBytes(name)) + messageBytes(member);
  }
  return bytes;
}
