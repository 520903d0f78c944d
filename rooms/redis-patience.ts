// How long a connection to Redis is waited for where somebody waits for us. A Redis that hangs says nothing: without a
// bound its connections stay ready and every command waits for ever, so that nothing takes the other way. A command that
// was given up may still be done later; whoever uses these must bear that.
// Used by the connections of the rooms and the api; never by subscribers and workers, who have nothing better to do.

/** Options of ioredis: a command is given up after the first, and a connection without a word after the second. */
export const REDIS_PATIENCE = { commandTimeout: 1_000, socketTimeout: 5_000 } as const;
