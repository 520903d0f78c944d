// `npm run docs`: writes the parts of the documents that come from the code anew. What stands between the markers
// is its own; everything else is left as it is. Run by hand after a change; test/docs fails until it was.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { regenerated } from './tables.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

for (const name of globSync('**/*.md', { cwd: FOLDER }).sort()) {
  const page = readFileSync(FOLDER + name, 'utf8');
  const fresh = regenerated(page);
  if (fresh === page) continue;
  writeFileSync(FOLDER + name, fresh);
  console.log(`docs/${name}`);
}
