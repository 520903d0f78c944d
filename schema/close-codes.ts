// With what a room closes a socket, so that its client knows what to do next. Used by rooms/ and client/.

/** Close codes of our own. 4000 to 4010 belong to Colyseus. */
export const CLOSE = {
  fenced: 4011,
  replaced: 4012,
  ownerLost: 4013,
  joinTimeout: 4014,
  restarting: 4015,
  ended: 4016,
  unassigned: 4017,
  removed: 4018,
  moved: 4019,
} as const;
