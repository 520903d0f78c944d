// Every kind of fault and what lets it begin. A kind more does not compile without its row. Called by run.ts.
import type { FaultKind } from '../schedule.ts';
import type { Inject } from './fault.ts';
import { cut, halfOpen, slices, slow } from './links.ts';
import { clockJump, fullDisk, packetLoss, slowFsync } from './machine.ts';
import { alteredFrames, deviceChange, duplicates, oldFrames, proctorLost, reload, twoTabs } from './people.ts';
import { end, kill, stop, wipe } from './processes.ts';

export const INJECT: Readonly<Record<FaultKind, Inject>> = {
  'kill rooms': kill,
  'kill workers': kill,
  'kill api': kill,
  'kill redis': kill,
  'kill engine': kill,
  'stop rooms': stop,
  'stop workers': stop,
  'stop api': stop,
  'stop redis': stop,
  'stop engine': stop,
  'end rooms': end,
  'end workers': end,
  'end api': end,
  'wipe redis': wipe,
  'cut clients': cut,
  'cut redis': cut,
  'cut engine': cut,
  'half-open clients': halfOpen,
  'half-open redis': halfOpen,
  'half-open engine': halfOpen,
  'slow clients': slow,
  'slow redis': slow,
  'slow engine': slow,
  'slices clients': slices,
  'slices redis': slices,
  'slices engine': slices,
  'packet loss': packetLoss,
  'clock jump': clockJump,
  'slow fsync': slowFsync,
  'full disk': fullDisk,
  duplicates,
  'old frames': oldFrames,
  'altered frames': alteredFrames,
  reload,
  'two tabs': twoTabs,
  'device change': deviceChange,
  'proctor lost': proctorLost,
};
