// The environment of a command that is to see no setting but those of its test. Called by tests that start one.

/** Where programs and the home are, and what Node has compiled before: without it each start takes twice as long. */
export function bareEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}
