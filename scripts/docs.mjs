// Writes the files that are made from others: docs/scenario.md, the settings of the control plane in docs/settings.md,
// the OpenAPI document and the types of its client, and the hash of payloads in the form that is run.
// With --check it only says whether they are current.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { openApiOf } from './generate/openapi.mjs';
import { withSettings } from './generate/settings.mjs';
import { wasmModuleOf } from './generate/wasm.mjs';

const root = new URL('../', import.meta.url);

function fail(message, code) {
  console.error(message);
  process.exit(code);
}

/** Imports a built file of a project. */
function built(project, file) {
  return import(new URL(`${project}/dist/${file}`, root).href).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail(`${project} is not built. Run: npx tsc -b ${project}`, 1);
  });
}

let check = false;
try {
  check = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values.check;
} catch (error) {
  fail(`${error.message}\nUsage: node scripts/docs.mjs [--check]`, 64);
}

const { scenarioReference } = await built('libs/contracts', 'index.js');
const { describeSettings } = await built('apps/control-plane', 'settings/settings.js');
const settingsPage = new URL('docs/settings.md', root);
const openapi = openApiOf(await built('libs/contracts', 'api/index.js'));
const hash = 'xxh64-blocks.wat';
const hashText = await readFile(new URL(`libs/backend/src/hash/${hash}`, root), 'utf8');
const types = astToString(
  await openapiTypescript(openapi, { rootTypes: false, defaultNonNullable: false }),
);

const files = {
  'docs/scenario.md': scenarioReference(),
  'docs/settings.md': await prettier.format(
    withSettings(await readFile(settingsPage, 'utf8'), describeSettings()),
    { ...(await prettier.resolveConfig(settingsPage)), parser: 'markdown' },
  ),
  'apps/control-plane/openapi.json': await prettier.format(JSON.stringify(openapi), {
    parser: 'json',
    printWidth: 100,
  }),
  'libs/client/src/generated/api.ts': types,
  'libs/backend/src/hash/generated/xxh64-blocks.ts': wasmModuleOf(hash, hashText),
};

const stale = [];
for (const [name, wanted] of Object.entries(files)) {
  const file = new URL(name, root);
  const present = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (present === wanted) {
    console.log(`${name} is current.`);
  } else if (check) {
    stale.push(name);
  } else {
    await writeFile(file, wanted);
    console.log(`${name} written.`);
  }
}
if (stale.length > 0) {
  fail(`${stale.join(', ')}: not current. Run: npm run build && node scripts/docs.mjs`, 1);
}
