import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { programPart } from '../parts/program-part.js';
import type { Part } from '../parts/part.js';

/** A program that says that it is ready, and stays until SIGTERM. */
const stays = `
const keep = setInterval(() => undefined, 1000);
process.on('SIGTERM', () => clearInterval(keep));
console.log(JSON.stringify({ ready: true }));`;

/** A part whose program tells in the folder's story when it starts and ends. */
export function standIn(folder: string, name: string, body = stays, graceMs = 10_000): Part {
  const script = path.join(folder, `${name}.mjs`);
  const story = JSON.stringify(path.join(folder, 'story'));
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs';
const tell = (what) => appendFileSync(${story}, '${name} ' + what + '\\n');
tell('starts');
process.on('exit', () => tell('ends'));
${body}\n`,
  );
  const log = path.join(folder, `${name}.log`);
  return programPart({ name, script, environment: () => process.env, log, graceMs });
}

/** What the programs told, in order. */
export function storyOf(folder: string): string[] {
  return readFileSync(path.join(folder, 'story'), 'utf8').trim().split('\n');
}
