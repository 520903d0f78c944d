// A call as proctors and REST show it. Called by rooms/ and api/.
import type { Call } from '../schema/calls.ts';
import type { CallView } from '../schema/replies.ts';

export function callView({
  _id: callId,
  roomId,
  examineeId,
  question,
  at,
  status,
  answer,
  by,
  ...rest
}: Call): CallView {
  const { byRole, endedAt, receivedAt } = rest;
  const who = { by: by || null, byRole: byRole || null };
  return { callId, roomId, examineeId, question, at, state: status, answer, ...who, endedAt, receivedAt };
}
