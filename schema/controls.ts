// Controls: what a proctor or an admin may order, and what each order needs to say. One shape for REST and sockets,
// parsed at both borders. Who may is said by permissions.ts, what follows by exam/exam-room.ts.
import { z } from 'zod';
import { GROUNDS } from './admission.ts';
import { Id } from './id-shapes.ts';
import { NoticeText, TemplateName } from './notices.ts';
import { SeatName } from './seats.ts';

export const CONTROL_ACTIONS = [
  'open',
  'start',
  'pause',
  'resume',
  'extend',
  'end',
  'reopen',
  'readmit',
  'admit',
  'refuse',
  'remove',
  'move',
  'submit',
  'lock',
  'unlock',
  'notice',
  'call',
  'release',
] as const;
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

/** What stops a clock; the first that applies is the one that is shown. */
export const HOLD_KINDS = ['plan', 'room', 'person', 'lock', 'removal'] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];

/** A stretch that a control began; `to` 0 while it is open. `examineeIds` null means everybody of the room. */
export type Hold = {
  readonly kind: HoldKind;
  readonly from: number;
  readonly to: number;
  readonly examineeIds: readonly string[] | null;
  /** The control that sent them out, of a removal. */
  readonly by?: string;
};

/** Planned time is a person's right, the other makes up for an incident; statistics tell them apart. */
export const TIME_KINDS = ['planned', 'incident'] as const;
export type TimeKind = (typeof TIME_KINDS)[number];

/** Time that a control added, or took back where it is negative. */
export type Adjustment = {
  readonly controlId: string;
  readonly extraMs: number;
  readonly time: TimeKind;
  readonly examineeIds: readonly string[] | null;
  /** The control that this one takes back; '' for none. */
  readonly undoes: string;
};

const DAY_MS = 86_400_000;
const MOST_EXAMINEES = 500;

type Field =
  | 'at'
  | 'extraMs'
  | 'time'
  | 'text'
  | 'template'
  | 'mustConfirm'
  | 'lifeMs'
  | 'examineeIds'
  | 'undoes'
  | 'ground'
  | 'toRoomId'
  | 'seat';
type Needs = { readonly must: readonly Field[]; readonly may: readonly Field[] };

/** What each action must say and may say, beside its id, room and reason. */
export const CONTROL_FIELDS: Readonly<Record<ControlAction, Needs>> = {
  open: { must: [], may: [] },
  start: { must: [], may: ['at'] },
  pause: { must: [], may: ['examineeIds'] },
  resume: { must: [], may: ['examineeIds'] },
  extend: { must: [], may: ['extraMs', 'time', 'examineeIds', 'undoes'] },
  end: { must: [], may: [] },
  reopen: { must: [], may: ['extraMs', 'time', 'undoes'] },
  admit: { must: ['examineeIds'], may: [] },
  refuse: { must: ['examineeIds', 'ground'], may: [] },
  remove: { must: ['examineeIds'], may: [] },
  move: { must: ['examineeIds'], may: ['toRoomId', 'seat', 'undoes'] },
  submit: { must: ['examineeIds'], may: [] },
  readmit: { must: ['examineeIds'], may: ['extraMs', 'time', 'undoes'] },
  lock: { must: [], may: ['examineeIds'] },
  unlock: { must: [], may: ['examineeIds'] },
  notice: { must: [], may: ['text', 'template', 'examineeIds', 'mustConfirm', 'lifeMs'] },
  call: { must: ['examineeIds'], may: ['text'] },
  release: { must: ['examineeIds'], may: [] },
};

/** The fields of an order; `ControlOrder` checks which of them belong together. */
export const CONTROL_SHAPE = {
  controlId: Id,
  action: z.enum(CONTROL_ACTIONS),
  /** Only a start names an instant, at least 3 s ahead; epoch ms. */
  at: z.number().min(1_600_000_000_000).max(4_102_444_800_000).optional(),
  /** How much longer, in ms, up to a day. What was given is taken back by `undoes`, never by a negative length. */
  extraMs: z.int().min(1_000).max(DAY_MS).optional(),
  time: z.enum(TIME_KINDS).optional(),
  text: NoticeText.optional(),
  /** In the place of a text: the plan's own, by its name. */
  template: TemplateName.optional(),
  /** How long a notice stays for those who enter later, a minute to a week; a day unless given. */
  lifeMs: z
    .int()
    .min(60_000)
    .max(7 * DAY_MS)
    .optional(),
  /** Whether the person has to confirm a notice. */
  mustConfirm: z.boolean().optional(),
  /** Without it everybody of the room, or of the plan. */
  examineeIds: z.array(Id).min(1).max(MOST_EXAMINEES).optional(),
  /** The control that this one takes back. */
  undoes: Id.optional(),
  /** Why somebody is not let in: what the person is told. */
  ground: z.enum(GROUNDS).optional(),
  /** The room that they are moved to. */
  toRoomId: Id.optional(),
  /** The seat that one person gets, there or in the same room. */
  seat: SeatName.optional(),
  reason: z.string().trim().max(500).default(''),
} as const;

const FIELDS: readonly Field[] = [
  'at',
  'extraMs',
  'time',
  'text',
  'template',
  'mustConfirm',
  'lifeMs',
  'examineeIds',
  'undoes',
  'ground',
  'toRoomId',
  'seat',
];

/** What brings back what was over, or takes somebody out, says why. */
const NEEDS_REASON: readonly ControlAction[] = ['reopen', 'remove'];

type Order = { readonly action: ControlAction; readonly reason: string } & Readonly<Partial<Record<Field, unknown>>>;

/** Names every field that is missing or does not belong to the action. */
export function checkFields(order: Order, context: z.RefinementCtx): void {
  const { must, may } = CONTROL_FIELDS[order.action];
  const allowed = [...must, ...may];
  for (const field of FIELDS) {
    const isThere = order[field] !== undefined;
    if (isThere && !allowed.includes(field))
      context.addIssue({ code: 'custom', path: [field], message: `${order.action} takes no ${field}` });
    if (!isThere && must.includes(field))
      context.addIssue({ code: 'custom', path: [field], message: `${order.action} needs ${field}` });
  }
  if (order.action === 'notice' && (order.text === undefined) === (order.template === undefined))
    context.addIssue({ code: 'custom', path: ['text'], message: 'notice takes either text or template' });
  if (order.action === 'extend' && (order.extraMs === undefined) === (order.undoes === undefined))
    context.addIssue({ code: 'custom', path: ['extraMs'], message: 'extend takes either extraMs or undoes' });
  if (NEEDS_REASON.includes(order.action) && order.reason === '')
    context.addIssue({ code: 'custom', path: ['reason'], message: `${order.action} needs a reason` });
  if (order.action === 'move') checkMove(order, context);
  if (order.action !== 'extend' || order.undoes === undefined) return;
  if (order.time !== undefined || order.examineeIds !== undefined)
    context.addIssue({ code: 'custom', path: ['undoes'], message: 'it takes back the whole control' });
}

function checkMove({ examineeIds, toRoomId, seat }: Order, context: z.RefinementCtx): void {
  if (toRoomId === undefined && seat === undefined)
    context.addIssue({ code: 'custom', path: ['toRoomId'], message: 'move takes toRoomId, seat or both' });
  if (seat !== undefined && Array.isArray(examineeIds) && examineeIds.length > 1)
    context.addIssue({ code: 'custom', path: ['seat'], message: 'one seat is for one person' });
}

/** What `checkFields` asks for beyond the table, as fields: one way or the other to give the order. */
const WAYS: { readonly [A in ControlAction]?: readonly Needs[] } = {
  notice: [
    { must: ['text'], may: ['examineeIds', 'mustConfirm', 'lifeMs'] },
    { must: ['template'], may: ['examineeIds', 'mustConfirm', 'lifeMs'] },
  ],
  extend: [
    { must: ['extraMs'], may: ['time', 'examineeIds'] },
    { must: ['undoes'], may: [] },
  ],
  move: [
    { must: ['examineeIds', 'toRoomId'], may: ['undoes'] },
    { must: ['examineeIds', 'seat'], may: ['toRoomId', 'undoes'] },
  ],
};

/** The same as JSON Schema, for the document alone: which fields go together. `beside` are fields of every order. */
export function fieldsTogether(beside: readonly string[]): { readonly anyOf: Record<string, unknown>[] } {
  const always = ['controlId', 'action', 'reason', ...beside];
  const anyOf = CONTROL_ACTIONS.flatMap((action) =>
    (WAYS[action] ?? [CONTROL_FIELDS[action]]).map(({ must, may }) => {
      const needsReason = NEEDS_REASON.includes(action);
      const isOfOne = must.includes('seat');
      return {
        type: 'object',
        properties: {
          action: { const: action },
          ...(needsReason ? { reason: { type: 'string', pattern: '\\S' } } : {}),
          ...(isOfOne ? { examineeIds: { type: 'array', maxItems: 1 } } : {}),
        },
        required: ['controlId', 'action', ...must, ...(needsReason ? ['reason'] : [])],
        propertyNames: { enum: [...always, ...must, ...may] },
      };
    }),
  );
  return { anyOf };
}

/** An order to one room, as it travels over the room's socket. */
export const ControlOrder = z.strictObject(CONTROL_SHAPE).superRefine(checkFields);
export type ControlOrder = z.infer<typeof ControlOrder>;
