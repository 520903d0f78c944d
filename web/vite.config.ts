// How the pages are built: two HTML files, hashed assets, nothing inline, so that a strict content security policy holds.
// Called by bin/launcher/pages.ts.
import { fileURLToPath } from 'node:url';
import type { InlineConfig } from 'vite';
import solid from 'vite-plugin-solid';

const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** The pages by the name of their address: /exam and /proctor. */
export const PAGES = ['exam', 'proctor'] as const;

/** Builds into this folder, which it empties. */
export function pagesConfig(outDir: string): InlineConfig {
  return {
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    plugins: [solid()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { checks: { pluginTimings: false }, input: PAGES.map((page) => `${ROOT}${page}.html`) },
    },
  };
}
