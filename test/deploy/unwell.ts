// A version that serves its rooms and is not well: nobody at its rooms process can be asked how it is.
import type { Patch } from '../support/programme.ts';

export const UNWELL: Patch = {
  file: 'roles/http.ts',
  before: "app.get('/health',",
  after: "if (process.env.EXAMHALL_ROLES !== 'rooms') app.get('/health',",
};
