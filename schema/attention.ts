// Why an examinee needs a proctor. What each weighs is decided in exam/attention.ts.

export const ATTENTION_REASONS = [
  'incident',
  'second-device',
  'hand-raised',
  'unsaved',
  'link',
  'not-reached',
  'stalled',
] as const;
export type AttentionReason = (typeof ATTENTION_REASONS)[number];
