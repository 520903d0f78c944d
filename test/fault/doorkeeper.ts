// Proctors' seats in rooms that move between processes, and on which process a room is: where a reservation sends whoever
// enters. Called by fault tests.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../../bin/launcher/system.ts';
import { type Administrator, login } from '../../loadtest/administrator.ts';
import type { ProctorEnterReply } from '../../schema/replies.ts';
import type { WholeExam } from '../support/whole-exam.ts';

type Reservation = ProctorEnterReply['reservation'];

export type Doorkeeper = {
  /** A seat for a proctor at this room; asks again while the room is moving between processes. */
  reservationOf(roomId: string): Promise<Reservation>;
};

const PATIENCE_MS = 30_000;

/** A proctor of every room. */
export async function openDoorkeeper(system: System, admin: Administrator, planId: string): Promise<Doorkeeper> {
  const account = { login: `chief-${randomUUID()}`, password: randomUUID() };
  await admin.addProctor(planId, { label: 'chief', roomIds: [], chief: true, ...account });
  const token = await login(system.url, account.login, account.password);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    async reservationOf(roomId) {
      const url = `${system.url}/v1/enter/proctor`;
      for (const end = performance.now() + PATIENCE_MS; ; ) {
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ roomId }) });
        if (response.status === 200) return ((await response.json()) as ProctorEnterReply).reservation;
        assert.ok(performance.now() < end, `room ${roomId} lets nobody in: ${response.status}`);
        await sleep(200);
      }
    },
  };
}

/** The name of the process that serves the room. */
export async function placeOf({ system, portOf }: WholeExam, door: Doorkeeper, roomId: string): Promise<string> {
  const { publicAddress } = await door.reservationOf(roomId);
  const names = system.names().filter((name) => name.startsWith('rooms-'));
  const name = names.find((one) => publicAddress?.endsWith(`:${portOf(one)}`));
  assert.ok(name, 'the reservation names a process of the rooms role');
  return name;
}
