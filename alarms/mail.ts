// Tells alarms by mail, through an SMTP server. The library is loaded only where one is set. Called by watch.ts.
import type { AlarmNotice, Teller } from './notice.ts';

const PATIENCE_MS = 10_000;

export type MailOptions = { readonly url: string; readonly from: string; readonly to: readonly string[] };

/** A teller through this server; smtp: begins TLS where the server can, smtps: begins with it. */
export async function createMail({ url, from, to }: MailOptions): Promise<Teller> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  });
  return {
    name: 'mail',
    async tell(notice) {
      await transport.sendMail({ from, to: [...to], subject: subjectOf(notice), text: textOf(notice) });
    },
    stop: () => transport.close(),
  };
}

function subjectOf({ alarm, state, severity, process }: AlarmNotice): string {
  return state === 'raised' ? `[${severity}] ${alarm} on ${process.host}` : `[over] ${alarm} on ${process.host}`;
}

function textOf(notice: AlarmNotice): string {
  const { alarm, state, sentence, value, threshold, at, runbook, process, id } = notice;
  return [
    `${alarm}: ${sentence}.`,
    state === 'raised' ? `It is ${value}, the alarm rings from ${threshold} on.` : `It is over: ${value}.`,
    `At ${new Date(at).toISOString()}, seen by process ${process.pid} on ${process.host} (${process.roles.join(', ')}, version ${process.version}).`,
    `What to do: ${runbook}`,
    `Notice ${id}`,
    '',
  ].join('\n');
}
