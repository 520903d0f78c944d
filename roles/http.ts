// The HTTP server that each process has, with or without TLS, and what it serves where it has no api.
import { createServer, type Server } from 'node:http';
import express from 'express';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createSecureServer } from '../certificate.ts';
import type { Config } from '../config.ts';
import { alone, gaugeOf } from '../metrics.ts';
import type { Part } from './parts.ts';

/** The app of a process without the api: whether it lives, and its figures. */
export function plainApp(metrics: Registry): express.Application {
  const app = express();
  app.disable('x-powered-by');
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get(
    '/metrics',
    async (_request, response) => void response.type(metrics.contentType).send(await metrics.metrics()),
  );
  return app;
}

/** Of https where this process has a certificate, else of http. */
export function openServer({ tls }: Config, log: Logger, metrics: Registry, parts: Part[]): Server {
  if (tls === undefined) return createServer();
  const { server, reload, leftSeconds, stop } = createSecureServer(tls, log);
  gaugeOf(metrics, 'examhall_certificate_left_seconds', () => alone(leftSeconds()));
  parts.push({ name: 'certificate', stop: async () => stop(), renew: reload });
  return server;
}

/** Resolves with the port once it listens; it is closed with the parts. */
export function listen(server: Server, config: Config, parts: Part[]): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => {
      parts.push({ name: 'http', stop: () => closeServer(server) });
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : config.port);
    });
  });
}

/** Takes no new requests; kept-alive sockets are not waited for. */
async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
}
