// What time it is on the server, kept over the device's monotonic clock: a device whose wall clock is an hour off still
// shows the right time. A sample that contradicts the estimate (the device slept) starts a new estimate.
import { createOffsetEstimator, type OffsetEstimator } from '../exam/clock.ts';

/** A contradiction smaller than this is taken for noise, in ms. */
const TOLERANCE_MS = 250;

export type ServerClock = {
  /** One exchange: monotonic ms at sending and at receiving, and the server's instant between them. */
  add(sentAt: number, serverAt: number, receivedAt: number): void;
  /** The server's time in epoch ms at this monotonic instant; undefined before the first exchange. */
  at(monotonic: number): number | undefined;
};

/** A server clock that knows nothing yet. */
export function createServerClock(): ServerClock {
  let estimator: OffsetEstimator | undefined;
  return {
    add(sentAt, serverAt, receivedAt) {
      const roundTripMs = receivedAt - sentAt;
      if (!(roundTripMs >= 0) || !Number.isFinite(serverAt)) return;
      const offsetMs = serverAt + roundTripMs / 2 - receivedAt;
      const isContradicted =
        estimator !== undefined && Math.abs(offsetMs - estimator.offsetMs()) > roundTripMs + TOLERANCE_MS;
      if (estimator === undefined || isContradicted) estimator = createOffsetEstimator();
      estimator.add(sentAt, serverAt, receivedAt);
    },
    at: (monotonic) => (estimator === undefined ? undefined : monotonic + estimator.offsetMs()),
  };
}
