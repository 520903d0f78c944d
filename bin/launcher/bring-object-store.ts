// What .ci/run does before the tests: brings an S3-compatible store, or says why the tests that need one will be skipped.

import { announce } from './command.ts';
import { bringObjectStore } from './object-store.ts';

const store = await bringObjectStore();
announce(
  'python' in store
    ? `moto's server runs with ${store.python}.`
    : `the tests on an S3-compatible store are skipped: ${store.missing}.`,
);
