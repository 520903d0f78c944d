// Whoever asks a balancer something, over https, from an address of this machine that the test chooses. Called by the tests
// of deploy/.
import { Agent, request } from 'node:https';
import { getCACertificates } from 'node:tls';

export type Asked = {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
};

export type Question = {
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 127.0.0.1 unless given. */
  readonly from?: string;
};

const agent = new Agent({ keepAlive: false });

/** Rejects where the connection is refused or breaks, or the certificate is not among those that the test trusts. */
export function ask(
  url: string,
  { method = 'GET', body, headers = {}, from = '127.0.0.1' }: Question = {},
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = {
      method,
      agent,
      ca: getCACertificates('default'),
      localAddress: from,
      headers: { ...json, ...length, ...headers },
    };
    const asked = request(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString(), headers: response.headers }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
