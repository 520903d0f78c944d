// One whole system for the load tests of a file: its processes apart, on the stores of the test run.
// Called by test/loadtest/*.test.ts.

import { type System, startSystem } from '../../bin/launcher/system.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';

/** The address and an admin's token, once the system serves. */
export type ServedSystem = { readonly url: string; readonly token: string };

/** Starts a system before the tests of the present suite and stops it after them. */
export function servedSystem(database: string): ServedSystem {
  let system: System | undefined;
  let token = '';
  before('starts the system', async function () {
    this.timeout(60_000);
    const [folder, mongodb, redis] = [await testFolder(), await mongodbUrl(database), await redisUrl()];
    system = await startSystem({ folder, mongodbUrl: mongodb, redisUrl: redis });
    token = await system.admin();
  });
  after('stops the system', async function () {
    this.timeout(60_000);
    await system?.stop();
  });
  return {
    get url() {
      return system?.url ?? '';
    },
    get token() {
      return token;
    },
  };
}

/** Names of the plans that the system has. */
export async function planNames({ url, token }: ServedSystem): Promise<string[]> {
  const response = await fetch(`${url}/v1/plans?limit=500`, { headers: { authorization: `Bearer ${token}` } });
  const { plans } = (await response.json()) as { plans: { name: string }[] };
  return plans.map(({ name }) => name);
}
