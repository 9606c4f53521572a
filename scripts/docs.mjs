// Writes the files that are made from others: docs/scenario.md, the OpenAPI document and the types of its client.
// With --check it only says whether they are current.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { openApiOf } from './generate/openapi.mjs';

const root = new URL('../', import.meta.url);

function fail(message, code) {
  console.error(message);
  process.exit(code);
}

/** Imports a built part of libs/contracts. */
function contracts(file) {
  return import(new URL(`libs/contracts/dist/${file}`, root).href).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail('libs/contracts is not built. Run: npx tsc -b libs/contracts', 1);
  });
}

let check = false;
try {
  check = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values.check;
} catch (error) {
  fail(`${error.message}\nUsage: node scripts/docs.mjs [--check]`, 64);
}

const { scenarioReference } = await contracts('index.js');
const openapi = openApiOf(await contracts('api/index.js'));
const types = astToString(
  await openapiTypescript(openapi, { rootTypes: false, defaultNonNullable: false }),
);

const files = {
  'docs/scenario.md': scenarioReference(),
  'apps/control-plane/openapi.json': await prettier.format(JSON.stringify(openapi), {
    parser: 'json',
    printWidth: 100,
  }),
  'libs/client/src/generated/api.ts': types,
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
