import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Vite is the dashboard's. */
const { resolve } = createRequire(new URL('../../../apps/dashboard/package.json', import.meta.url));

/** Builds the page that shows one timeline and nothing else, as the dashboard is built. @returns its folder */
export async function buildPage(out) {
  const { build } = await import(pathToFileURL(resolve('vite')).href);
  const { default: react } = await import(pathToFileURL(resolve('@vitejs/plugin-react')).href);
  const outDir = join(out, 'page');
  // A test's own would make it a page for developing.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({
      root: fileURLToPath(new URL('page', import.meta.url)),
      configFile: false,
      logLevel: 'warn',
      plugins: [react()],
      // What is in the tree, whether or not it was built.
      resolve: { conditions: ['source', 'module', 'browser', 'production'] },
      build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
    });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
  return outDir;
}
