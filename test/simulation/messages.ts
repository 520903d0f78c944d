// What simulated devices and rooms say to each other: the product's messages (schema/messages.ts), as far as the simulation
// has them. `examineeId` says whose it is, so that the judge sees what comes to somebody else.
import type { SheetWindow } from '../../exam/answer-sheet.ts';
import type { ControlTold, ItemRevision, RefusedAnswer, SentAnswer, Tally, TallyEntry } from '../../schema/messages.ts';

export type Up =
  | { readonly type: 'answer.save'; readonly answers: readonly SentAnswer[] }
  | { readonly type: 'sheet.submit'; readonly revisions: readonly ItemRevision[] }
  | { readonly type: 'heartbeat'; readonly sentAt: number; readonly tally?: Tally; readonly over?: boolean }
  | { readonly type: 'tally.open'; readonly entries: readonly TallyEntry[] }
  | { readonly type: 'control.received'; readonly controlId: string }
  | { readonly type: 'control.confirm'; readonly controlId: string };

export type Down = { readonly examineeId: string } & (
  | { readonly type: 'joined'; readonly window: SheetWindow }
  | { readonly type: 'room.status'; readonly window: SheetWindow }
  | { readonly type: 'heartbeat'; readonly sentAt: number; readonly at: number }
  | { readonly type: 'answer.saved'; readonly saved: readonly ItemRevision[] }
  | { readonly type: 'answer.superseded'; readonly superseded: readonly ItemRevision[] }
  | { readonly type: 'answer.pending'; readonly pending: readonly ItemRevision[]; readonly retryAfterMs: number }
  | { readonly type: 'answer.refused'; readonly refused: readonly RefusedAnswer[] }
  | { readonly type: 'answer.current'; readonly item: number; readonly revision: number; readonly response: number }
  | { readonly type: 'tally.asked'; readonly hash: string }
  | { readonly type: 'sheet.submitted' | 'sheet.ended'; readonly revisions: readonly ItemRevision[] }
  | { readonly type: 'sheet.refused'; readonly retry: string; readonly code: string }
  | { readonly type: 'sheet.open' }
  | { readonly type: 'control.told'; readonly told: ControlTold }
  | { readonly type: 'control.confirmed'; readonly controlId: string }
  | { readonly type: 'session.fenced' }
);
