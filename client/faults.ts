// What can go wrong on the client's own side. A refusal of the server is a value (schema/refusals.ts); a fault is a
// failure of this device or its network. Neither ever carries the content of an answer.

/**
 * `NETWORK`: no usable reply. `STORAGE`: the outbox could not be written. `LISTENER`: a listener threw. `LEFT`: given up.
 * `SEALING`: an export could not be sealed.
 */
export type ClientFaultCode = 'NETWORK' | 'STORAGE' | 'LISTENER' | 'LEFT' | 'SEALING';

/** A failure of this device or its network; `cause` has what failed below. */
export class ClientFault extends Error {
  readonly code: ClientFaultCode;
  constructor(code: ClientFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClientFault';
    this.code = code;
  }
}

/** Where the client tells what it does: fields and a constant message in lower case. Never answers, codes or tokens. */
export type ClientLog = (
  level: 'info' | 'warn',
  message: string,
  fields: Readonly<Record<string, string | number>>,
) => void;
