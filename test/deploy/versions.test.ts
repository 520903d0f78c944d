// The versions that the long tests deploy beside this one are made of its own files: a place that was moved is found out here.
import { NEXT_PATCHES } from '../fault/next-version.ts';
import { testFolder } from '../support/parts.ts';
import { copyProgramme } from '../support/programme.ts';
import { UNWELL } from './unwell.ts';

describe('other versions of this programme', () => {
  it('can be made of it: every patch has its place', async () => {
    for (const patches of [NEXT_PATCHES, [UNWELL]]) copyProgramme(await testFolder(), '99.0.0', patches);
  });
});
