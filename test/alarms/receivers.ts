// Who is told of alarms, for tests: a real HTTP receiver that checks each signature by itself, and a real SMTP server.
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { AlarmNotice } from '../../alarms/notice.ts';

export const WEBHOOK_SECRET = 'a secret of thirty-two characters';
const LATEST_S = 60;

export type Receiver = {
  readonly url: string;
  readonly notices: AlarmNotice[];
  /** What came and was not signed as it should be. */
  readonly forged: string[];
  /** So many of the next are answered with 503. */
  refuse(count: number): void;
  stop(): Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const notices: AlarmNotice[] = [];
  const forged: string[] = [];
  let refusals = 0;
  /** The status that it is answered with. */
  async function take(request: IncomingMessage): Promise<number> {
    const body = await text(request);
    if (refusals > 0) {
      refusals--;
      return 503;
    }
    const stamp = String(request.headers['x-examhall-timestamp']);
    const expected = `v1=${createHmac('sha256', WEBHOOK_SECRET).update(`${stamp}.${body}`).digest('hex')}`;
    const isRecent = Math.abs(Date.now() / 1_000 - Number(stamp)) < LATEST_S;
    if (request.headers['x-examhall-signature'] === expected && isRecent) notices.push(JSON.parse(body));
    else forged.push(body);
    return 204;
  }
  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(), // whoever tells finds out, and tells again
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/alarms`,
    notices,
    forged,
    refuse(count) {
      refusals = count;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type Mailbox = { readonly url: string; readonly mails: string[]; stop(): Promise<void> };

export async function startMailbox(): Promise<Mailbox> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      text(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
