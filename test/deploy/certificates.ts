// Certificates that a test makes, by openssl, for 127.0.0.1 and localhost: one file with both the certificate and its key,
// which is what nginx, HAProxy and our own processes all can read. Called by the tests of deploy/.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';

const HOST = '127.0.0.1';

export type MadeCertificate = { readonly path: string; readonly fingerprint: string };

/** Made anew at each call, in the place of what lies there. */
export function makeCertificate(path: string): MadeCertificate {
  const [key, certificate] = [`${path}.key`, `${path}.crt`];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', `subjectAltName=IP:${HOST},DNS:localhost`];
  execFileSync('openssl', [...args, ...name, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  writeFileSync(`${path}.new`, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return { path, fingerprint: new X509Certificate(readFileSync(certificate)).fingerprint256 };
}

export type Handshake = { readonly protocol: string | null; readonly cipher: string; readonly fingerprint: string };

/** What somebody who connects now is shown. Rejects where the handshake fails. */
export async function handshake(port: number, version?: SecureVersion, ciphers?: string): Promise<Handshake> {
  const versions = version === undefined ? {} : { minVersion: version, maxVersion: version };
  const socket = await open(port, { ...versions, ...(ciphers === undefined ? {} : { ciphers }) });
  const { fingerprint256 } = socket.getPeerCertificate();
  const seen = { protocol: socket.getProtocol(), cipher: socket.getCipher().name, fingerprint: fingerprint256 };
  socket.destroy();
  return seen;
}

function open(port: number, options: object): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // Whose it is the caller judges by its fingerprint.
    const socket = connect({ port, host: HOST, rejectUnauthorized: false, ...options }, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Old protocols, and ciphers without forward secrecy or without authenticated encryption; this side would take them all. */
export const OLD = [
  ['TLSv1', 'DEFAULT@SECLEVEL=0'],
  ['TLSv1.1', 'DEFAULT@SECLEVEL=0'],
  ['TLSv1.2', 'AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA@SECLEVEL=0'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256@SECLEVEL=0'],
] as const satisfies (readonly [SecureVersion, string])[];
