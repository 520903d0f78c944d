// The peer of bench:api, in a process of its own: Express with one route that sends the bytes that it was given, and does
// nothing else. What an answer costs here, no route of ours can save.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { serveOrders } from './child.ts';

/** Serves this JSON under every path and method from now on. */
export type PlainOrder = { readonly json: string };
export type PlainReply = { readonly port: number };

let server: Server | undefined;
let bytes = Buffer.of();

serveOrders<PlainOrder, PlainReply>(async ({ json }) => {
  bytes = Buffer.from(json);
  server ??= await listen();
  return { port: (server.address() as AddressInfo).port };
});

/** Without the header and the hash of each body that Express adds by itself: the api has neither. */
function listen(): Promise<Server> {
  const app = express().disable('x-powered-by').set('etag', false);
  app.all('/{*path}', (_request, response) => void response.type('application/json').send(bytes));
  return new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
}
