// The room behind the framework's own server and its public matchmaking, as @colyseus/testing boots them: nobody gets in
// without a reservation, whatever a client asks for. Production does not even serve these routes.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { boot, type ColyseusTestServer } from '@colyseus/testing';
import { roomType } from '../../rooms/main.ts';
import '../support/parts.ts';

describe("the framework's public matchmaking", () => {
  let server: ColyseusTestServer<never>;
  before(async () => {
    const host = {
      services: undefined,
      register: () => {},
      unregister: () => {},
      lost: () => {},
      relist: async () => {},
    };
    const initializeGameServer = (game: { define(name: string, type: unknown): unknown }) =>
      void game.define('exam', roomType(host as never));
    server = await boot({ initializeGameServer } as never, await freePort());
  });
  after(() => server.shutdown());

  it('[T16] lets nobody create a room', async () => {
    await assert.rejects(server.sdk.create('exam', { roomId: 'A'.repeat(16) }));
  });

  it('[T16] lets nobody join or create one', async () => {
    await assert.rejects(server.sdk.joinOrCreate('exam', { roomId: 'A'.repeat(16) }), /onAuth failed/);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
