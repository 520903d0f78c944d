// What fuzzes the api from its own document: schemathesis. Called by test/api/contract.long.ts, which brings it, because
// nothing else needs it.

import { bringPythonTool, type PythonTool, type Wanted } from './python-tools.ts';

const VERSION = '4.32.5';
const SCHEMATHESIS: Wanted = {
  name: `schemathesis-${VERSION}`,
  requirements: [`schemathesis==${VERSION}`],
  sentence: 'schemathesis, which fuzzes the api in a long test: installing it from PyPI, 70 MB',
};

/** The one in the cache, and where there is none it is installed first, announced. TEST_FUZZER=off is none. Never throws. */
export async function bringContractFuzzer(): Promise<PythonTool> {
  return process.env.TEST_FUZZER === 'off' ? { missing: 'TEST_FUZZER is off' } : bringPythonTool(SCHEMATHESIS);
}
