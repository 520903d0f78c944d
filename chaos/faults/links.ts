// What happens to links: between people and the system by their network, and between one process and a store. Called by
// faults/all.ts.
import { sumOf } from '../network.ts';
import type { Bites, Spoil } from '../proxy.ts';
import type { Fault, Way } from '../schedule.ts';
import type { Inject, Stage } from './fault.ts';

type Link = {
  bites(): Readonly<Bites>;
  spoil(way: Way, spoil: Spoil): void;
  pass(): void;
  cut(): void;
};

export const cut: Inject = async (stage, fault) => {
  const link = linkOf(stage, fault);
  const before = link.bites().cut;
  link.cut();
  return async () => link.bites().cut - before;
};

/** Nothing passes any more, and nobody hears of it. `size` 0: all of it comes after all; 1: the connections are gone. */
export const halfOpen: Inject = async (stage, fault) => {
  const link = linkOf(stage, fault);
  const before = link.bites().held;
  link.spoil(fault.way, { hole: true });
  return async () => {
    const held = link.bites().held - before;
    if (fault.size === 1) link.cut();
    link.pass();
    return held;
  };
};

export const slow: Inject = async (stage, fault) => {
  const link = linkOf(stage, fault);
  const before = link.bites().delayed;
  link.spoil(fault.way, { delayMs: fault.size });
  return async () => {
    link.pass();
    return link.bites().delayed - before;
  };
};

export const slices: Inject = async (stage, fault) => {
  const link = linkOf(stage, fault);
  const before = link.bites().sliced;
  link.spoil(fault.way, { sliceBytes: fault.size });
  return async () => {
    link.pass();
    return link.bites().sliced - before;
  };
};

function linkOf({ hall }: Stage, { kind, target }: Fault): Link {
  const network = hall.networks.get(target);
  if (network !== undefined) return network;
  const links = hall.links.get(target);
  const proxy = kind.endsWith('engine') ? links?.engine : links?.redis;
  if (proxy === undefined) throw new RangeError(`there is no link of ${target} for ${kind}`);
  return { ...proxy, bites: () => sumOf([proxy.bites]) };
}
