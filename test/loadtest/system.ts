// One whole system for the load tests of a file: in one process unless they are to be apart, on the stores of the test run.
// Called by test/loadtest/.

import { type System, startSystem } from '../../bin/launcher/system.ts';
import { PlanList, type PlanView } from '../../schema/replies.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';

/** The address and an admin's token, once the system serves. */
export type ServedSystem = { readonly url: string; readonly token: string };

/** Starts a system before the tests of the present suite and stops it after them. */
export function servedSystem(database: string, layout: 'one' | 'apart' = 'one'): ServedSystem {
  let system: System | undefined;
  let token = '';
  before('starts the system', async function () {
    this.timeout(60_000);
    const [folder, mongodb, redis] = [await testFolder(), await mongodbUrl(database), await redisUrl()];
    system = await startSystem({ folder, layout, mongodbUrl: mongodb, redisUrl: redis });
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

/** The plans that the system has. */
export async function plansOf({ url, token }: ServedSystem): Promise<PlanView[]> {
  const response = await fetch(`${url}/v1/plans?limit=500`, { headers: { authorization: `Bearer ${token}` } });
  return PlanList.parse(await response.json()).plans;
}

/** Names of the plans that the system has. */
export async function planNames(system: ServedSystem): Promise<string[]> {
  return (await plansOf(system)).map(({ name }) => name);
}
