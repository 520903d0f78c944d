// A process that ends TLS itself, without a balancer: https and wss with nothing old, and a certificate that is replaced
// under people who are connected; what cannot be used is not shown.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pino } from 'pino';
import { askRunning } from '../../bin/launcher/ask-running.ts';
import { createSecureServer, type SecureServer } from '../../certificate.ts';
import type { ExamSession } from '../../client/session.ts';
import { testFolder } from '../support/parts.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { handshake, type MadeCertificate, makeCertificate, OLD } from './certificates.ts';
import { ask } from './visitor.ts';

const trusted = getCACertificates('default');

function trust({ path }: MadeCertificate): void {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(path, 'utf8')]);
}

describe('a process that ends TLS itself', function () {
  this.timeout(60_000);
  let certificate: MadeCertificate;
  let whole: WholeExam;
  let session: ExamSession;
  let port: number;
  const links: string[] = [];
  before(async () => {
    certificate = makeCertificate(join(await testFolder(), 'own.pem'));
    trust(certificate);
    const { path } = certificate;
    whole = await openWholeExam('own-tls', {
      layout: 'one',
      env: { EXAMHALL_TLS_CERT: path, EXAMHALL_TLS_KEY: path },
    });
    port = whole.portOf('server');
    session = await whole.enter(0);
    session.on('link', ({ state }) => links.push(state));
    await whole.begin();
  });
  after(async () => {
    await whole?.stop();
    setDefaultCACertificates(trusted);
  });

  async function works(item: number): Promise<void> {
    session.answer(item, 'B');
    await until('it is saved', () => isSaved(session, item), 10_000);
  }

  it('serves api, pages and sockets over https and wss, and nothing over http', async () => {
    assert.match(whole.system.url, /^https:/);
    await works(1);
    const page = await ask(`${whole.system.url}/exam`);
    assert.match(String(page.headers['strict-transport-security']), /^max-age=\d{8,}/);
    await assert.rejects(fetch(whole.system.url.replace('https', 'http')));
    assert.equal((await whole.admin.plan(whole.exam.planId)).status, 'running');
  });

  it('speaks TLS 1.2 and 1.3 with forward secrecy, and nothing older', async () => {
    const [older, newer] = [await handshake(port, 'TLSv1.2'), await handshake(port, 'TLSv1.3')];
    assert.deepEqual([older.protocol, newer.protocol], ['TLSv1.2', 'TLSv1.3']);
    assert.match(older.cipher, /^ECDHE-ECDSA-.*(GCM|CHACHA20)/);
    for (const [version, ciphers] of OLD)
      await assert.rejects(handshake(port, version, ciphers), /EPROTO|ECONNRESET|alert/, ciphers);
  });

  it('shows a new certificate after SIGHUP, and who is connected stays so', async () => {
    const before = certificate.fingerprint;
    certificate = makeCertificate(certificate.path);
    trust(certificate);
    assert.equal((await handshake(port)).fingerprint, before);
    await whole.system.kill('server', 'SIGHUP');
    await until('it is shown', async () => (await handshake(port)).fingerprint === certificate.fingerprint);
    await works(2);
    assert.deepEqual(links, []);
    const { text } = await askRunning({ host: '127.0.0.1', port, certificate: certificate.path }, '/metrics', 5_000);
    assert.match(text, /^examhall_certificate_left_seconds 17\d{4}$/m);
  });

  it('is asked by the commands of its machine under its own certificate, and under no other', async () => {
    const other = makeCertificate(join(await testFolder(), 'other.pem'));
    await assert.rejects(askRunning({ host: '127.0.0.1', port, certificate: other.path }, '/metrics', 5_000));
  });
});

describe('the certificate of a process', () => {
  const lines: { msg: string; err?: { message: string } }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let secure: SecureServer;
  let shown: MadeCertificate;
  let port: number;
  before(async () => {
    shown = makeCertificate(join(await testFolder(), 'own.pem'));
    secure = createSecureServer({ certificate: `${shown.path}.crt`, key: `${shown.path}.key` }, log, 20);
    await new Promise<void>((resolve) => secure.server.listen(0, '127.0.0.1', resolve));
    const address = secure.server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  after(() => {
    secure.stop();
    secure.server.close();
  });

  const isShown = async () => (await handshake(port)).fingerprint === shown.fingerprint;

  it('is read again by itself when its files have changed', async () => {
    shown = makeCertificate(shown.path);
    await until('the new one is shown', isShown);
  });

  it('stays as it is while the key is another one, and is told once', async () => {
    const other = makeCertificate(join(await testFolder(), 'other.pem'));
    copyFileSync(`${other.path}.crt`, `${shown.path}.crt`);
    const told = () => lines.filter(({ msg }) => msg.startsWith('certificate cannot be used'));
    await until('it says so', () => told().length > 0);
    const soon = performance.now() + 100; // five looks
    await until('it has looked again', () => performance.now() > soon);
    assert.equal(told().length, 1);
    assert.ok(await isShown());
    copyFileSync(`${other.path}.key`, `${shown.path}.key`);
    shown = other;
    await until('the pair is shown when it is whole', isShown);
  });

  it('that cannot be used is none to start with', () => {
    const files = { certificate: `${shown.path}.none`, key: `${shown.path}.key` };
    assert.throws(() => createSecureServer(files, log), /ENOENT/);
    writeFileSync(`${shown.path}.bad`, 'no certificate');
    assert.throws(() => createSecureServer({ ...files, certificate: `${shown.path}.bad` }, log));
  });
});
