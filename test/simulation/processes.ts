// Simulated processes: each has a clock, can die, be made anew, and sleep. What a dead one had asked for comes to nobody;
// what comes to a sleeping one waits until it wakes, in its order. Called by everything that runs in a process.
import type { Agenda } from './agenda.ts';

export type Process = {
  readonly name: string;
  /** The store's time as this process measures it, with an error of its own. */
  now(): number;
  /** The machine's clock, which somebody may set. */
  wallNow(): number;
  setWall(aheadMs: number): void;
  /** Called in this life of the process, or never. */
  after(delayMs: number, call: () => void): void;
  /** The same for what comes later: bound to the life in which this was asked. */
  bound<T>(call: (value: T) => void): (delayMs: number, value: T) => void;
  /** Grows with each death and each start. */
  life(): number;
  isAlive(): boolean;
  isAsleep(): boolean;
  kill(): void;
  start(): void;
  sleep(ms: number): void;
};

/** A process that runs; its idea of the store's time is off by `errorMs`. */
export function createProcess(agenda: Agenda, name: string, errorMs: number): Process {
  let life = 1;
  let alive = true;
  let asleepUntil = 0;
  let wallAheadMs = 0;

  function bound<T>(call: (value: T) => void): (delayMs: number, value: T) => void {
    const born = life;
    return (delayMs, value) => {
      const come = (): void => {
        if (life !== born || !alive) return;
        if (asleepUntil > agenda.now()) agenda.at(asleepUntil, come);
        else call(value);
      };
      agenda.after(delayMs, come);
    };
  }

  return {
    name,
    now: () => Math.round(agenda.now() + errorMs),
    wallNow: () => Math.round(agenda.now() + errorMs + wallAheadMs),
    setWall(aheadMs) {
      wallAheadMs = aheadMs;
    },
    after(delayMs, call) {
      const born = life;
      const come = (): void => {
        if (life !== born || !alive) return;
        if (asleepUntil > agenda.now()) agenda.at(asleepUntil, come);
        else call();
      };
      agenda.after(delayMs, come);
    },
    bound,
    life: () => life,
    isAlive: () => alive,
    isAsleep: () => asleepUntil > agenda.now(),
    kill() {
      alive = false;
      life++;
    },
    start() {
      alive = true;
      life++;
      asleepUntil = 0;
    },
    sleep(ms) {
      asleepUntil = Math.max(asleepUntil, agenda.now() + ms);
    },
  };
}
