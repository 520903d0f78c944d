// Proctors who behave like people: each watches a room, pauses it or somebody for a moment, lets it go on, gives time, sends
// notices. What was issued and what was told of it is remembered. Called by exam.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { type RoomWatch, watchRoom } from '../client/proctor.ts';
import { between, pick, type Random } from '../loadtest/random.ts';
import type { ControlAction } from '../schema/controls.ts';
import type { ControlHistory } from './history.ts';
import type { Network } from './network.ts';

type Kept = { -readonly [K in keyof ControlHistory]: ControlHistory[K] };
type Wish = {
  readonly action: ControlAction;
  readonly examineeIds?: string[];
  readonly extraMs?: number;
  readonly text?: string;
};

export type Proctor = {
  readonly roomId: string;
  readonly watch: RoomWatch;
  readonly network: Network;
  /** An examinee of the room. */
  someone(): string | undefined;
  /** Works until it is told to stop; resolves when it has. */
  work(random: Random, goesOn: () => boolean): Promise<void>;
  issue(wish: Wish): Promise<string>;
  /** Whether the room is watched and everything that was issued is final. */
  isFine(): boolean;
  /** Lets go on whatever stands. */
  resumeAll(): Promise<void>;
  controls(): readonly ControlHistory[];
  leave(): Promise<void>;
};

const EXTRA_MS = 60_000;
/** Between two acts, in ms. */
const PACE: readonly [number, number] = [500, 2_000];

/** Enters the room as a proctor, through this network. */
export async function seatProctor(options: {
  readonly network: Network;
  readonly token: string;
  readonly roomId: string;
  readonly examineeIds: readonly string[];
  readonly pace?: readonly [least: number, most: number];
}): Promise<Proctor> {
  const { network, token, roomId, examineeIds, pace = PACE } = options;
  const watch = await watchRoom({ url: network.url, token, roomId, open: network.open });
  const controls = new Map<string, Kept>();
  let resumedAt = 0;
  watch.on('control', ({ controlId, state }) => {
    const kept = controls.get(controlId);
    if (kept === undefined) return;
    kept.answeredAt ??= Date.now();
    if (kept.told !== 'applied' && kept.told !== 'failed') kept.told = state;
  });

  async function issue(wish: Wish): Promise<string> {
    const issuedAt = Date.now();
    const result = watch.issue(wish);
    const controlId = watch.waiting().at(-1)?.control.controlId ?? '';
    const { action, extraMs = 0 } = wish;
    const kept: Kept = {
      ...{ controlId, roomId, action, extraMs, issuedAt },
      examineeIds: wish.examineeIds ?? null,
      ...{ answeredAt: undefined, told: 'silent' },
    };
    controls.set(controlId, kept);
    const { state } = await result;
    kept.answeredAt ??= Date.now();
    if (kept.told === 'silent') kept.told = state;
    return controlId;
  }

  const someone = (random: Random) => [pick(random, examineeIds) ?? ''];

  async function act(random: Random): Promise<void> {
    const chance = random();
    if (chance < 0.15) {
      // A person stands, and the room meanwhile: what both have in common counts once.
      const examineeIds = someone(random);
      await issue({ action: 'pause', examineeIds });
      await issue({ action: 'pause' });
      await sleep(between(random, 1_100, 1_500)); // more than a wrong time may be off
      await issue({ action: 'resume' });
      await issue({ action: 'resume', examineeIds });
    } else if (chance < 0.35) {
      const whom = random() < 0.3 ? {} : { examineeIds: someone(random) };
      await issue({ action: 'pause', ...whom });
      await sleep(between(random, 200, 700));
      await issue({ action: 'resume', ...whom });
    } else if (chance < 0.6) await issue({ action: 'extend', extraMs: EXTRA_MS, examineeIds: someone(random) });
    else if (chance < 0.8)
      await issue({ action: 'notice', text: 'Item 4: read B as C.', examineeIds: someone(random) });
    else {
      const [examineeId = ''] = someone(random);
      await watch.take(examineeId);
      await watch.giveBack(examineeId);
    }
  }

  const isFinal = ({ told }: Kept) => told === 'applied' || told === 'failed';
  return {
    roomId,
    ...{ watch, network },
    someone: () => examineeIds[controls.size % examineeIds.length],
    issue,
    async work(random, goesOn) {
      while (goesOn()) {
        await sleep(between(random, ...pace));
        if (goesOn() && watch.room().status === 'running') await act(random);
      }
    },
    isFine: () => watch.link() === 'online' && [...controls.values()].every(isFinal),
    async resumeAll() {
      const hasPaused = [...controls.values()].some(
        ({ action, issuedAt }) => action === 'pause' && issuedAt > resumedAt,
      );
      if (!hasPaused) return;
      resumedAt = Date.now();
      await issue({ action: 'resume' });
      await issue({ action: 'resume', examineeIds: [...examineeIds] });
    },
    controls: () => [...controls.values()],
    async leave() {
      await watch.leave();
    },
  };
}
