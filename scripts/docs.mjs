// Writes docs/scenario.md from the scenario's schema; with --check only says whether it is current.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const page = new URL('../docs/scenario.md', import.meta.url);
const library = new URL('../libs/contracts/dist/index.js', import.meta.url);

function fail(message, code) {
  console.error(message);
  process.exit(code);
}

let check = false;
try {
  check = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values.check;
} catch (error) {
  fail(`${error.message}\nUsage: node scripts/docs.mjs [--check]`, 64);
}

const { scenarioReference } = await import(library.href).catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  fail('libs/contracts is not built. Run: npx tsc -b libs/contracts', 1);
});

const wanted = scenarioReference();
const present = await readFile(page, 'utf8').catch((error) => {
  if (error.code === 'ENOENT') return '';
  throw error;
});

if (present === wanted) {
  console.log('docs/scenario.md is current.');
} else if (check) {
  fail(
    'docs/scenario.md is not current. Run: npx tsc -b libs/contracts && node scripts/docs.mjs',
    1,
  );
} else {
  await writeFile(page, wanted);
  console.log('docs/scenario.md written.');
}
