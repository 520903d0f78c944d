// A receipt as a text file, and its code as people compare it. Pure.

export function receiptText(title: string, lines: readonly (readonly [string, string])[]): string {
  return `${[title, '', ...lines.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n`;
}

/** In groups of four. */
export function hashGroups(hash: string): string {
  return hash.match(/.{1,4}/gu)?.join(' ') ?? '';
}
