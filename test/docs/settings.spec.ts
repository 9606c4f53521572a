import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, root } from './reading/pages.js';

/** Variables that every program has, or a tool that is used, and nobody sets for ours. */
const everybodys = ['PATH', 'HOME', 'NODE_ENV'];

const setting = /\b(FENCELINE_[A-Z0-9_]*[A-Z0-9])\b/g;
const environmentRead = /(?:process\.env|environment)(?:\.|\[')([A-Z][A-Z0-9_]+)/g;

function names(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))];
}

/** The settings that sources read; specs have made-up ones in them too. */
function* settingsRead(): Generator<string> {
  for (const folder of ['apps', 'libs', 'guest', 'scripts', 'test']) {
    for (const name of readdirSync(path.join(root, folder), {
      recursive: true,
      encoding: 'utf8',
    })) {
      const isSource = /\.[cm]?[jt]s$/.test(name) && !/(^|\/)(node_modules|dist)\//.test(name);
      if (!isSource) continue;
      const text = readFileSync(path.join(root, folder, name), 'utf8');
      yield* names(text, environmentRead);
      if (!/\.(spec|testing)\./.test(name)) yield* names(text, setting);
    }
  }
}

const read = new Set([...settingsRead()].filter((name) => !everybodys.includes(name)));
const page = pages.find(({ file }) => file === 'docs/settings.md')!;
const listed = new Set(names(page.text, /`\$?([A-Z][A-Z0-9_]+)[`/]/g));

describe('docs/settings.md', () => {
  it('has every setting that is read', () => {
    expect([...read].filter((name) => !listed.has(name))).toEqual([]);
  });

  it('has every setting that another page names', () => {
    const unlisted = pages.flatMap(({ file, text }) =>
      names(text, setting)
        .filter((name) => !listed.has(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(unlisted).toEqual([]);
  });

  it('has no setting that nobody reads', () => {
    const ours = names(page.text, setting);
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter((name) => !read.has(name))).toEqual([]);
  });
});
