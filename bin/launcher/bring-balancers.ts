// What .ci/run does before the tests: brings nginx and HAProxy, or says why the tests that need them will be skipped.

import { bringBalancers } from './balancers.ts';
import { announce } from './command.ts';

for (const [name, balancer] of Object.entries(await bringBalancers()))
  announce(
    'path' in balancer ? `${name} is ${balancer.path}.` : `the tests behind ${name} are skipped: ${balancer.missing}.`,
  );
