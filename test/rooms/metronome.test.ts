// The beat by which all rooms of a process pass time: one that throws holds up no other.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { startMetronome } from '../../rooms/metronome.ts';

describe('metronome', () => {
  it('lets time pass for every room at each beat, also after one that throws, until it stops', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const passed = new Map<string, number>();
    const room = (roomId: string, throws: boolean) => ({
      roomId,
      passTime() {
        passed.set(roomId, (passed.get(roomId) ?? 0) + 1);
        if (throws) throw new Error('thrown on purpose');
      },
    });
    const rooms = [room('first', true), room('second', false)];
    const metronome = startMetronome(() => rooms, log);
    while ((passed.get('second') ?? 0) < 2) await sleep(10);
    rooms.push(room('third', false));
    while ((passed.get('third') ?? 0) < 1) await sleep(10);
    metronome.stop();
    const counts = [...passed];
    await sleep(250);
    assert.deepEqual([...passed], counts);
    assert.equal(passed.get('first'), passed.get('second'));
    assert.equal(JSON.parse(lines[0] ?? '{}').roomId, 'first');
  });
});
