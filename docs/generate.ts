// `npm run docs`: writes the parts of the documents that come from the code anew, openapi.json, the rules of alarms and the dashboard. What stands between the
// markers is its own; everything else is left as it is. Run by hand after a change; test/docs fails until it was.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RULES_FILE, ruleFile } from '../alarms/prometheus.ts';
import { OPENAPI_FILE, openApiText } from './contract.ts';
import { DASHBOARD_FILE, dashboardFile } from './dashboard.ts';
import { regenerated } from './tables.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../', import.meta.url));

for (const name of globSync('**/*.md', { cwd: FOLDER }).sort()) renew(`docs/${name}`, regenerated);
renew(OPENAPI_FILE, openApiText);
renew(RULES_FILE, ruleFile);
renew(DASHBOARD_FILE, dashboardFile);

function renew(path: string, make: (old: string) => string): void {
  const old = existsSync(ROOT + path) ? readFileSync(ROOT + path, 'utf8') : '';
  const fresh = make(old);
  if (fresh === old) return;
  writeFileSync(ROOT + path, fresh);
  console.log(path);
}
