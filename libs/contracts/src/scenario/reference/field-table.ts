import type { SchemaNode } from '../schema-guide.js';

/** One map of the scenario file, to be shown as a section with a table of its fields. */
export interface Section {
  /** E.g. `hosts.NAME`. */
  path: string;
  node: SchemaNode;
}

/** The maps inside a node, in the order of the file, each before those inside it. */
export function sectionsOf(node: SchemaNode, path: string): Section[] {
  const sections: Section[] = [];
  if (node.properties !== undefined) sections.push({ path, node });
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    sections.push(...sectionsOf(child, path === '' ? name : `${path}.${name}`));
  }
  if (typeof node.additionalProperties === 'object') {
    sections.push(...sectionsOf(node.additionalProperties, `${path}.NAME`));
  }
  if (node.items !== undefined && !Array.isArray(node.items)) {
    sections.push(...sectionsOf(node.items, `${path}[]`));
  }
  return sections;
}

/** The fields of a map as a Markdown table. */
export function fieldTable(node: SchemaNode): string {
  const rows = Object.entries(node.properties ?? {}).map(([name, field]) => [
    `\`${name}\``,
    typeName(field),
    defaultOf(field, node.required?.includes(name) === true),
    field.description ?? '',
  ]);
  return table(['field', 'type', 'default', 'meaning'], rows);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** The type of a field in words. */
function typeName(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.title !== undefined) return node.title;
  if (node.enum !== undefined) return node.enum.map((one) => `\`${String(one)}\``).join(', ');
  if (node.anyOf !== undefined) return node.anyOf.map(typeName).join(' or ');
  if (node.type === 'integer') return `whole number${rangeOf(node)}`;
  if (node.type === 'boolean') return '`true` or `false`';
  if (node.type === 'array') return listName(node);
  if (node.type === 'object') return node.properties === undefined ? 'map of names' : 'map';
  return 'text';
}

function listName(node: SchemaNode): string {
  if (Array.isArray(node.items))
    return `list of ${node.items.length}, each: ${typeName(node.items[0]!)}`;
  if (node.items === undefined) return 'list';
  return node.items.properties === undefined
    ? `list, each: ${typeName(node.items)}`
    : 'list of maps';
}

function rangeOf({ minimum, maximum }: SchemaNode): string {
  if (minimum === undefined) return '';
  return maximum === undefined || maximum > 1e12
    ? `, at least ${minimum}`
    : `, ${minimum} to ${maximum}`;
}

function defaultOf(node: SchemaNode, required: boolean): string {
  if (node.default !== undefined) {
    if (node.default === '') return 'empty';
    const text = typeof node.default === 'string' ? node.default : JSON.stringify(node.default);
    return `\`${text}\``;
  }
  return required ? 'required' : '';
}
