// What a load test leaves behind on somebody's system: nothing, wherever it fails or is interrupted; and a replay no plan
// that goes on.
import assert from 'node:assert/strict';
import { type Administrator, createAdministrator } from '../../loadtest/administrator.ts';
import { AdministratorError } from '../../loadtest/api-call.ts';
import { createRehearsal, openRooms, withRehearsal, withStayingRehearsal } from '../../loadtest/rehearsal.ts';
import { rehearsalPaper } from '../../loadtest/rehearsal-paper.ts';
import { planNames, servedSystem } from './system.ts';

const REQUEST = {
  name: 'rehearsal',
  ...rehearsalPaper(5),
  rooms: [{ label: 'one', examinees: [{ label: 'Ada' }, { label: 'Ben' }] }],
  durationMs: 60_000,
};

describe('a rehearsal', function () {
  this.timeout(60_000);
  const system = servedSystem('loadtest-rehearsal');
  const noInterruption = new Promise<never>(() => {});
  const paperIds: string[] = [];
  const notReached = () => assert.fail('the work began');

  /** The real one, which notes its papers; `given` replaces some of it. */
  function administrator(given: (real: Administrator) => Partial<Administrator> = () => ({})): Administrator {
    const real = createAdministrator({ url: system.url, token: system.token });
    const createPaper: Administrator['createPaper'] = async (...paper) => {
      const paperId = await real.createPaper(...paper);
      paperIds.push(paperId);
      return paperId;
    };
    const noting = { ...real, createPaper };
    return { ...noting, ...given(noting) };
  }

  async function assertNothingLeft(): Promise<void> {
    assert.deepEqual(await planNames(system), []);
    const headers = { authorization: `Bearer ${system.token}` };
    for (const paperId of paperIds) {
      const { status } = await fetch(`${system.url}/v1/papers/${paperId}`, { headers });
      assert.equal(status, 404, 'its paper is still there');
    }
  }

  afterEach(() => {
    paperIds.length = 0;
  });

  it('is removed with its paper when its work is over, and when its work fails', async () => {
    await withRehearsal(administrator(), REQUEST, noInterruption, async () => {
      assert.deepEqual(await planNames(system), ['rehearsal']);
    });
    assert.equal(paperIds.length, 1);
    await assertNothingLeft();
    const failing = withRehearsal(administrator(), REQUEST, noInterruption, async (rehearsal) => {
      await openRooms(administrator(), rehearsal);
      throw new Error('the work failed');
    });
    await assert.rejects(failing, /^Error: the work failed$/);
    await assertNothingLeft();
  });

  for (const step of ['createPaper', 'createPlan', 'putKey', 'addRooms', 'addExaminees'] as const) {
    it(`is removed with its paper where somebody interrupts it while ${step} is under way`, async () => {
      const { promise: interrupted, reject: interrupt } = Promise.withResolvers<never>();
      const admin = administrator((real) => {
        const work = real[step] as (...given: unknown[]) => Promise<unknown>;
        const interruptedWork = (...given: unknown[]): Promise<unknown> => {
          const under = work(...given);
          interrupt(new Error('Ctrl-C'));
          return under;
        };
        return { [step]: interruptedWork };
      });
      await assert.rejects(withRehearsal(admin, REQUEST, interrupted, notReached), /^Error: Ctrl-C$/);
      assert.equal(paperIds.length, 1);
      await assertNothingLeft();
    });
  }

  for (const afterMs of [0, 5, 40]) {
    it(`is removed with its paper where somebody interrupts it ${afterMs} ms after its rooms were told to open`, async () => {
      const { promise: interrupted, reject: interrupt } = Promise.withResolvers<never>();
      const admin = administrator();
      let opening: Promise<unknown> | undefined;
      const failing = withRehearsal(admin, REQUEST, interrupted, (rehearsal) => {
        opening = openRooms(admin, rehearsal).catch((error: unknown) => error);
        setTimeout(() => interrupt(new Error('Ctrl-C')), afterMs);
        return new Promise(() => {});
      });
      await assert.rejects(failing, /^Error: Ctrl-C$/);
      await opening;
      await assertNothingLeft();
    });
  }

  it('is removed with its paper where one of its parts is refused', async () => {
    const twice = [...REQUEST.rooms, ...REQUEST.rooms];
    const made = createRehearsal(administrator(), { ...REQUEST, rooms: twice });
    await assert.rejects(made, (error) => error instanceof AdministratorError && error.status === 422);
    assert.equal(paperIds.length, 1);
    await assertNothingLeft();
  });

  it('makes not even a paper for a plan that would be refused', async () => {
    const made = createRehearsal(administrator(), { ...REQUEST, durationMs: 90_000_000 });
    await assert.rejects(made, /such a plan is not possible: .*durationMs/s);
    assert.deepEqual(paperIds, []);
  });

  it('says that it is still there where it cannot be removed, and why it failed at all', async () => {
    const stuck = administrator((real) => ({
      removePlan: (planId) => real.removePlan(planId).then(() => Promise.reject(new Error('the api is gone'))),
    }));
    const failing = withRehearsal(stuck, REQUEST, noInterruption, () => Promise.reject(new Error('the work failed')));
    await assert.rejects(failing, /may still be there: Error: the work failed; Error: the api is gone/);
    await assertNothingLeft();
  });

  it('that is to stay is ended where its work fails once it is open, and removed before that', async () => {
    const admin = administrator();
    const early = withStayingRehearsal(admin, REQUEST, noInterruption, () => Promise.reject(new Error('early')));
    await assert.rejects(early, /^Error: early$/);
    await assertNothingLeft();
    let planId = '';
    const late = withStayingRehearsal(admin, REQUEST, noInterruption, async (rehearsal) => {
      planId = rehearsal.planId;
      await openRooms(admin, rehearsal);
      throw new Error('late');
    });
    await assert.rejects(late, /^Error: late$/);
    const { status } = await admin.plan(planId);
    assert.ok(status === 'ended' || status === 'scored', status);
    await admin.removePlan(planId);
  });
});
