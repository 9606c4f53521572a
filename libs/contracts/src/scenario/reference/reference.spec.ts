import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from '../json-schema.js';
import { parseScenario } from '../parse-scenario.js';
import { inputSchema, type SchemaNode } from '../schema-guide.js';
import { exampleScenario } from './example.js';
import { scenarioReference } from './reference.js';

const root = new URL('../../../../../', import.meta.url);

/** Every field of the schema with its path. */
function fieldsOf(node: SchemaNode, path: string): [string, SchemaNode][] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
    [`${path}.${name}`, child] as [string, SchemaNode],
    ...fieldsOf(child, `${path}.${name}`),
  ]);
  const inner = [node.additionalProperties, node.items].flatMap((child) =>
    typeof child === 'object' && !Array.isArray(child) ? fieldsOf(child, `${path}[]`) : [],
  );
  return [...own, ...inner];
}

describe('the JSON Schema', () => {
  const fields = fieldsOf(inputSchema(), '');

  it('describes every field', () => {
    expect(fields.length).toBeGreaterThan(90);
    expect(fields.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
  });

  it('is of the side that people write: text with units, nothing unknown', () => {
    const schema = scenarioJsonSchema();
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(['fenceline', 'name', 'array', 'hosts', 'links', 'workload']);
    const keepAlive = fields.find(([path]) => path.endsWith('.keepAlive'))?.[1];
    expect(keepAlive).toMatchObject({ type: 'string', default: '5s' });
    expect('1.5s').toMatch(new RegExp(keepAlive?.pattern ?? ''));
    expect('5').not.toMatch(new RegExp(keepAlive?.pattern ?? ''));
  });

  it('is a new object each time: a caller may change it', () => {
    scenarioJsonSchema().properties = {};
    expect(Object.keys(scenarioJsonSchema().properties as object)).toContain('hosts');
  });

  it('has defaults that the parser takes as they are written', () => {
    for (const [path, { pattern, default: value }] of fields) {
      if (pattern === undefined || typeof value !== 'string') continue;
      expect(value, path).toMatch(new RegExp(pattern));
    }
  });
});

describe('docs/scenario.md', () => {
  it('is current', async () => {
    const page = await readFile(new URL('docs/scenario.md', root), 'utf8');
    expect(page === scenarioReference(), 'run: npm run build && node scripts/docs.mjs').toBe(true);
  });

  it('names every field, and its example is right', () => {
    const page = scenarioReference();
    for (const [path] of fieldsOf(inputSchema(), '')) {
      expect(page).toContain(`| \`${path.split('.').at(-1) ?? ''}\` |`);
    }
    expect(parseScenario(exampleScenario, 'example')).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('the scenarios that ship', () => {
  it('are right, without a warning, and named as their files', async () => {
    const folder = new URL('scenarios/', root);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const result = parseScenario(await readFile(new URL(file, folder), 'utf8'), file);
      expect(result, file).toMatchObject({ ok: true, warnings: [] });
      if (result.ok) expect(`${result.scenario.name}.yaml`).toBe(file);
    }
  });
});
