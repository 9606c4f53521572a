import { existsSync } from 'node:fs';
import path from 'node:path';
import GithubSlugger from 'github-slugger';
import { toString } from 'mdast-util-to-string';
import { expect, it } from 'vitest';
import { nodesOf, pages, placeOf, root, type Page } from './reading/pages.js';

const anchorsOf = new Map(pages.map((page) => [page.file, headings(page)]));

/** The anchors that GitHub gives the headings of a page. */
function headings(page: Page): Set<string> {
  const slugger = new GithubSlugger();
  return new Set(nodesOf(page, 'heading').map((node) => slugger.slug(toString(node))));
}

/** What a link leads to that is not there; null where all is well, or it leads out of the project. */
function missingTarget({ file }: Page, url: string): string | null {
  if (/^[a-z]+:/.test(url)) return null;
  const [name, anchor] = url.split('#', 2) as [string, string?];
  const target = name === '' ? file : path.join(path.dirname(file), decodeURI(name));
  if (!existsSync(path.join(root, target))) return target;
  if (anchor === undefined) return null;
  return anchorsOf.get(target)?.has(anchor) === true ? null : `${target}#${anchor}`;
}

it.each(pages)('every link of $file leads somewhere', (page) => {
  const links = [
    ...nodesOf(page, 'link'),
    ...nodesOf(page, 'image'),
    ...nodesOf(page, 'definition'),
  ];
  const broken = links.flatMap((link) => {
    const target = missingTarget(page, link.url);
    return target === null ? [] : [`${placeOf(page, link)}: ${target}`];
  });
  expect(broken).toEqual([]);
});
