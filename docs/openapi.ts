// `npm run openapi`: prints the OpenAPI document of the api. The tracked openapi.json is exactly this; `npm run docs` writes it.
import { openApiText } from './contract.ts';

process.stdout.write(openApiText());
