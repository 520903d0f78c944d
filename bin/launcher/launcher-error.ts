// The launcher's own errors: one type with a code, so that a caller can tell a forbidden engine from a failed install.
// The message is a sentence for a person at a terminal; main.ts prints it and exits with 1. Never carries a password.

export type LauncherErrorCode =
  | 'ADMIN_EXISTS'
  | 'ARGUMENT_INVALID'
  | 'CHILD_DIED'
  | 'CHILD_NOT_READY'
  | 'CHILD_UNKNOWN'
  | 'COMMAND_FAILED'
  | 'DEPLOY_UNDONE'
  | 'ENGINE_FORBIDDEN'
  | 'ENGINE_UNSUPPORTED'
  | 'NOT_DRAINED'
  | 'NOT_HEALTHY'
  | 'NOT_READY'
  | 'REDIS_MISSING'
  | 'SOCKET_PATH_LONG'
  | 'STOPPING';

/** A failure that the launcher foresaw. `code` is stable, `message` says what happened and what to do. */
export class LauncherError extends Error {
  readonly code: LauncherErrorCode;

  constructor(code: LauncherErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LauncherError';
    this.code = code;
  }
}
