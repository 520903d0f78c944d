// Schedules that once found something keep finding nothing: each several times, because a schedule repeats only likely.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../support/parts.ts';
import { cleanChaos } from './command.ts';
import { FOUND } from './found.ts';

const TIMES = 5;

describe('what chaos has found', function () {
  this.timeout(600_000);

  for (const { what, ...schedule } of FOUND)
    it(`is not so any more: ${what}`, async () => {
      const file = join(await testFolder(), 'schedules.json');
      writeFileSync(file, JSON.stringify(Array.from({ length: TIMES }, () => schedule)));
      await cleanChaos('--replay', file, '--examinees', '40');
    });
});
