import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { visit } from 'unist-util-visit';

/** The folder of the checkout. */
export const root = path.join(import.meta.dirname, '../../..');

/** A page of the documentation. */
export interface Page {
  /** From the root of the project. */
  file: string;
  text: string;
  tree: Root;
}

/** Every page for readers. */
export const pages: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  'kernel/README.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
].map(readPage);

function readPage(file: string): Page {
  const text = readFileSync(path.join(root, file), 'utf8');
  return { file, text, tree: fromMarkdown(text) };
}

/** The nodes of a type, in their order. */
export function nodesOf<Type extends Nodes['type']>(
  { tree }: Page,
  type: Type,
): Extract<Nodes, { type: Type }>[] {
  const found: Extract<Nodes, { type: Type }>[] = [];
  visit(tree, (node) => {
    if (node.type === type) found.push(node as Extract<Nodes, { type: Type }>);
  });
  return found;
}

/** Where something is, for people. */
export function placeOf({ file }: Page, node: Nodes): string {
  return `${file}:${node.position!.start.line}`;
}
