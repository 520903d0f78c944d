// A store whose api dies at a step: before or after its n-th call, and stays dead until it is revived. What it has written
// by then is there. Called by the tests of what is all or nothing.
import { StoreFault } from '../../store/fault.ts';
import type { Store } from '../../store/open-store.ts';

export type Death = { readonly step: string; readonly when: 'before' | 'after'; left: number; isDead: boolean };
export type Mortal = { death: Death | undefined; decorate(store: Store): Store };

/** Of the steps of an import alone. */
export function mortal(): Mortal {
  const self: Mortal = { death: undefined, decorate };

  function decorate(store: Store): Store {
    const plans = { ...store.plans, ...dying('plans', { beginImport: store.plans.beginImport }) };
    return { ...store, plans, rosterImports: dying('rosterImports', store.rosterImports) };
  }

  function dying<T extends object>(aggregate: string, calls: T): T {
    const entries = Object.entries(calls).map(([name, call]) => {
      const step = `${aggregate}.${name}`;
      return [name, (...args: unknown[]) => dieAt(step, () => (call as (...args: unknown[]) => unknown)(...args))];
    });
    return Object.fromEntries(entries) as T;
  }

  async function dieAt(step: string, work: () => unknown): Promise<unknown> {
    const { death } = self;
    const gone = () => new StoreFault('STORE_UNAVAILABLE', 'dead');
    if (death?.isDead) throw gone();
    if (death?.step !== step || --death.left > 0) return work();
    if (death.when === 'after') await work();
    death.isDead = true;
    throw gone();
  }

  return self;
}
