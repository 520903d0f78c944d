// An S3-compatible store for the tests of uploads: moto's server, which keeps buckets in memory. Called by
// bring-object-store.ts and test/support/object-store.ts.

import { bringPythonTool, findPythonTool, type PythonTool, type Wanted } from './python-tools.ts';

const VERSION = '5.2.5';
const MOTO: Wanted = {
  name: `moto-${VERSION}`,
  // Not moto[server], which brings what other services of AWS need, and is twice as large.
  requirements: [`moto[s3]==${VERSION}`, 'flask==3.1.3', 'flask-cors==6.0.5'],
  sentence: "moto's server, an S3-compatible store for tests: installing it from PyPI, 140 MB",
};

/** The one in the cache. TEST_OBJECT_STORE=off is none. Brings nothing, never throws. */
export function findObjectStore(): PythonTool {
  return isOff() ? OFF : findPythonTool(MOTO);
}

/** The same, but what is missing and can be had is installed first, announced. Never throws. */
export async function bringObjectStore(): Promise<PythonTool> {
  return isOff() ? OFF : bringPythonTool(MOTO);
}

const OFF = { missing: 'TEST_OBJECT_STORE is off' };

function isOff(): boolean {
  return process.env.TEST_OBJECT_STORE === 'off';
}
