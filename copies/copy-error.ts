// What a copy is refused with: a sentence for the operator that says what is wrong and what to do, and a code.
// Called by everything in copies/.

/**
 * `BACKUP_BROKEN`: something is missing or altered. `BACKUP_KEY`, `BACKUP_FORM`: sealed or written by another.
 * `ARCHIVE_BROKEN`: the folder is no archive that can be read. `IN_THE_WAY`: where it should go something is already.
 * `NOT_POSSIBLE`: this cannot be copied now.
 */
export type CopyErrorCode =
  | 'BACKUP_BROKEN'
  | 'ARCHIVE_BROKEN'
  | 'BACKUP_KEY'
  | 'BACKUP_FORM'
  | 'IN_THE_WAY'
  | 'NOT_POSSIBLE';

/** Thrown before anything was written, unless its sentence says otherwise. */
export class CopyError extends Error {
  readonly code: CopyErrorCode;
  constructor(code: CopyErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CopyError';
    this.code = code;
  }
}
