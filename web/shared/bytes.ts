// How large a file is, in the reader's words.
import { language } from './language.ts';

const KIB = 1024;

/** In whole KB below a megabyte, else in MB with one digit behind the point; a KB has 1024 bytes. */
export function bytesText(bytes: number): string {
  const isSmall = bytes < KIB ** 2;
  const value = isSmall ? Math.ceil(bytes / KIB) : bytes / KIB ** 2;
  return `${value.toLocaleString(language(), { maximumFractionDigits: isSmall ? 0 : 1 })} ${isSmall ? 'KB' : 'MB'}`;
}
