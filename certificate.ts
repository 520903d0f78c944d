// The certificate of a process that ends TLS itself: read at its start, and again when its files have changed or somebody
// says so, for those who connect from then on; nobody who is connected notices. Must never give up a certificate that
// works for files that do not. Called by the composition root, and by the check of a system.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';

/** Paths of PEM files: the certificate with what leads to its authority behind it, and its key. */
export type CertificateFiles = { readonly certificate: string; readonly key: string };

export type SecureServer = {
  readonly server: Server;
  /** Reads the files again. Never throws: what does not fit is in the log, and the old certificate stays. */
  reload(): void;
  /** How long the certificate that is shown is still valid, in seconds; below 0 when it is not any more. */
  leftSeconds(): number;
  stop(): void;
};

type Pair = { readonly cert: Buffer; readonly key: Buffer; readonly validTo: number };

/** Who renews replaces two files, one after the other; a look in between finds a pair that does not fit, and the next one does. */
const LOOK_MS = 10_000;
/** TLS 1.3, and of TLS 1.2 what has forward secrecy and authenticates what it encrypts: Mozilla's "intermediate". */
const PROTOCOLS: ServerOptions = {
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ].join(':'),
};

/** A server of https that listens nowhere yet. Throws where the files cannot be used. `everyMs`: another length is for tests. */
export function createSecureServer(files: CertificateFiles, log: Logger, everyMs = LOOK_MS): SecureServer {
  let shown = readCertificate(files);
  let refused: Pair | undefined;
  const server = createServer({ ...PROTOCOLS, cert: shown.cert, key: shown.key });
  log.info({ validTo: new Date(shown.validTo) }, 'certificate read');

  const show = (pair: Pair) => {
    server.setSecureContext({ ...PROTOCOLS, cert: pair.cert, key: pair.key });
    shown = pair;
    refused = undefined;
    log.info({ validTo: new Date(pair.validTo) }, 'certificate read again');
  };
  const reload = () => {
    try {
      show(readCertificate(files));
    } catch (error) {
      log.error({ err: error }, 'certificate cannot be used, the one before is shown on');
    }
  };
  /** What has been refused is told once, not at each look. */
  const look = () => {
    const found = tryRead(files);
    if (found === undefined || isSame(found, shown) || (refused !== undefined && isSame(found, refused))) return;
    refused = found;
    reload();
  };

  const timer = setInterval(look, everyMs);
  return {
    server,
    reload,
    leftSeconds: () => Math.round((shown.validTo - Date.now()) / 1_000),
    stop: () => clearInterval(timer),
  };
}

/** Throws, with a sentence, where they cannot be read, do not belong together, or the certificate is not valid now. */
export function readCertificate(files: CertificateFiles): Pair {
  const pair = read(files);
  const { validFromDate, validToDate } = new X509Certificate(pair.cert);
  const now = Date.now();
  if (now > validToDate.getTime()) throw new Error(`${files.certificate} was valid until ${validToDate.toISOString()}`);
  if (now < validFromDate.getTime())
    throw new Error(`${files.certificate} is valid from ${validFromDate.toISOString()}`);
  createSecureContext({ ...PROTOCOLS, cert: pair.cert, key: pair.key }); // throws where the key is another's
  return { ...pair, validTo: validToDate.getTime() };
}

function read({ certificate, key }: CertificateFiles): Pair {
  return { cert: readFileSync(certificate), key: readFileSync(key), validTo: 0 };
}

function tryRead(files: CertificateFiles): Pair | undefined {
  try {
    return read(files);
  } catch {
    return undefined; // just being replaced; the next look finds it, and until then the old one is shown
  }
}

function isSame(one: Pair, other: Pair): boolean {
  return one.cert.equals(other.cert) && one.key.equals(other.key);
}
