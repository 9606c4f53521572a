import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseScenario } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { nodesOf, pages, placeOf, root } from './reading/pages.js';

const complete = readFileSync(path.join(root, 'scenarios/no-fault.yaml'), 'utf8');

const shown = pages.flatMap((page) =>
  nodesOf(page, 'code')
    .filter(({ lang }) => lang === 'yaml')
    .map((node) => ({ place: placeOf(page, node), text: node.value })),
);

/** A part of a scenario takes the place of the same part of a complete one. */
function completed(text: string): string {
  const sections = parse(text) as object;
  return 'fenceline' in sections
    ? text
    : stringify({ ...(parse(complete) as object), ...sections });
}

describe('scenarios that the pages show', () => {
  it('are there', () => {
    expect(shown.length).toBeGreaterThan(0);
  });

  it.each(shown)('$place is one', ({ text }) => {
    expect(parseScenario(completed(text), 'docs')).toMatchObject({ ok: true });
  });
});
