// What an incident is: its kinds, who raises them, the evidence, and the rules by which a plan makes incidents of signals.
// Shapes and defaults alone; what follows from them is decided in exam/incident.ts.
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import type { IncidentState, Role } from './states.ts';

/** What a client reports by itself. `clock-jump` is the rule's part: the client measures, the plan says how much is too much. */
export const SIGNAL_KINDS = [
  'focus-lost',
  'paste',
  'full-screen-left',
  'second-screen',
  'network-lost',
  'clock-jump',
] as const;
/** What a room notices by itself. */
export const RULE_KINDS = ['two-devices', 'impossible-speed', 'late-answers'] as const;
/** What people and machines with a token raise: they saw or heard something, or an analysis of theirs did. */
export const REPORT_KINDS = ['conversation', 'material', 'identity', 'absence', 'camera', 'voice', 'other'] as const;
export const MACHINE_KINDS = [...SIGNAL_KINDS, ...RULE_KINDS] as const;
export const INCIDENT_KINDS = [...MACHINE_KINDS, ...REPORT_KINDS] as const;

export type SignalKind = (typeof SIGNAL_KINDS)[number];
export type ReportKind = (typeof REPORT_KINDS)[number];
export type MachineKind = (typeof MACHINE_KINDS)[number];
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** Who noticed it first. */
export const INCIDENT_SOURCES = ['examinee', 'rule', 'proctor', 'admin', 'service'] as const;
export type IncidentSource = (typeof INCIDENT_SOURCES)[number];

const EvidenceValue = z.union([z.string().max(LIMITS.evidenceText), z.number(), z.boolean()]);
const EVIDENCE_NAME = /^[A-Za-z][0-9A-Za-z]{0,31}$/;
/** A record drops a member that would change the prototype; whoever sends one hears of it. */
const PlainObject = z
  .custom<Record<string, z.infer<typeof EvidenceValue>>>(
    (given) => typeof given === 'object' && given !== null && !Object.hasOwn(given, '__proto__'),
    'an object of named values',
  )
  .meta({
    type: 'object',
    patternProperties: {
      [EVIDENCE_NAME.source]: { type: ['string', 'number', 'boolean'], maxLength: LIMITS.evidenceText },
    },
    additionalProperties: false,
    maxProperties: LIMITS.evidenceFields,
  });

/** What was seen or measured: a few named values, never an answer. */
export const EvidenceData = PlainObject.pipe(
  z
    .record(z.string().regex(EVIDENCE_NAME, 'a name of at most 32 letters and digits'), EvidenceValue)
    .refine((data) => Object.keys(data).length <= LIMITS.evidenceFields, {
      message: `at most ${LIMITS.evidenceFields} values`,
    }),
);
export type EvidenceData = z.infer<typeof EvidenceData>;

export const Severity = z.number().min(0).max(1);
export const Note = z.string().trim().max(LIMITS.noteText);

/** A machine's kind becomes an incident from `from` of them within so many ms; 'off': it is not even noted. */
const Threshold = z.strictObject({
  from: z.int().min(1).max(200),
  withinMs: z.int().min(1_000).max(86_400_000),
  severity: Severity,
});
export type Threshold = z.infer<typeof Threshold>;
const Rule = z.union([Threshold, z.literal('off')]);

const rule = (from: number, withinMs: number, severity: number) => Rule.default({ from, withinMs, severity });
const MINUTE_MS = 60_000;

/** A plan's rules; whatever it leaves out has its default here. */
export const IncidentRules = z.strictObject({
  /** One cause that goes on is one incident; after so long without it, the next one is another. */
  joinMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(10 * MINUTE_MS),
  /** `impossible-speed`: so many items in a row, each this soon after the one before. */
  speed: z
    .strictObject({ items: z.int().min(2).max(1_000), eachMs: z.int().min(1).max(60_000) })
    .default({ items: 10, eachMs: 700 }),
  /** `clock-jump`: the client's clock moved against the server's by more than this at once. */
  clockJumpMs: z.int().min(1_000).max(86_400_000).default(5_000),
  kinds: z
    .strictObject({
      'focus-lost': rule(3, 5 * MINUTE_MS, 0.3),
      paste: rule(3, 5 * MINUTE_MS, 0.4),
      'full-screen-left': rule(2, 5 * MINUTE_MS, 0.4),
      'second-screen': rule(1, 5 * MINUTE_MS, 0.6),
      'network-lost': rule(5, 10 * MINUTE_MS, 0.1),
      'clock-jump': rule(1, 10 * MINUTE_MS, 0.3),
      'two-devices': rule(1, 10 * MINUTE_MS, 0.8),
      'impossible-speed': rule(1, 10 * MINUTE_MS, 0.5),
      'late-answers': rule(1, 10 * MINUTE_MS, 0.3),
    } satisfies Record<MachineKind, z.ZodType>)
    .prefault({}),
});
export type IncidentRules = z.output<typeof IncidentRules>;
export type IncidentRulesGiven = z.input<typeof IncidentRules>;

/** The rules of a plan that says nothing. */
export const DEFAULT_INCIDENT_RULES: IncidentRules = IncidentRules.parse({});

/** One piece of evidence: what was reported, once or joined. `actorId` is who raised it, '' for signals and rules. */
export type Evidence = {
  readonly at: number;
  readonly count: number;
  readonly source: IncidentSource;
  readonly actorId: string;
  readonly note: string;
  readonly data: EvidenceData;
};

/** One step of an incident's handling; `controlId` names the action that was taken, '' for none. */
export type Handling = {
  readonly to: IncidentState;
  readonly at: number;
  readonly actorId: string;
  readonly actorRole: Role;
  readonly note: string;
  readonly controlId: string;
};

/**
 * An incident as it is kept. Instants epoch ms by the server's clock, 0 = not yet; `at` and `lastAt` are of its first and
 * last report. `version` grows with each state, `joins` with each report: who handles names the version alone, so that a
 * storm of signals holds up nobody. `open` is its cause while it is open, so that a cause has one open incident.
 */
export type Incident = {
  readonly _id: string;
  readonly planId: string;
  readonly roomId: string;
  /** '' where it concerns the room and nobody in particular. */
  readonly examineeId: string;
  readonly kind: IncidentKind;
  readonly source: IncidentSource;
  readonly severity: number;
  readonly status: IncidentState;
  readonly at: number;
  readonly lastAt: number;
  /** How often it was reported. */
  readonly count: number;
  readonly evidence: readonly Evidence[];
  readonly handling: readonly Handling[];
  readonly raisedAt: number;
  readonly acknowledgedAt: number;
  readonly decidedAt: number;
  /** 0 while it is only noted. */
  readonly updatedAt: number;
  readonly version: number;
  readonly joins: number;
  readonly open: string;
  /** The last reports by their ids; none once it is over; while it is only noted, those that may still make an incident of it. */
  readonly reports: readonly CountedReport[];
};
export type CountedReport = { readonly id: string; readonly at: number; readonly count: number };

/** What somebody or something reports. `reportId` names it for ever: the same one again changes nothing. */
export type IncidentReport = Pick<Incident, 'planId' | 'roomId' | 'examineeId' | 'kind' | 'source' | 'at' | 'count'> & {
  readonly reportId: string;
  /** Given by people and services; signals and rules have the plan's. */
  readonly severity: number;
  readonly actorId: string;
  readonly note: string;
  readonly data: EvidenceData;
};
