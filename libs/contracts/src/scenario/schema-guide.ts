import { z } from 'zod';
import type { FieldPath } from './problem.js';
import { scenarioTextSchema } from './text/scenario.js';

/** The part of JSON Schema that the scenario's schema uses. */
export interface SchemaNode {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  const?: string | number | boolean;
  enum?: (string | number | boolean)[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  minProperties?: number;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode | SchemaNode[];
  anyOf?: SchemaNode[];
}

let cached: SchemaNode | undefined;

/** The JSON Schema (draft 7) of a scenario file, made anew. */
export function buildInputSchema(): SchemaNode {
  return z.toJSONSchema(scenarioTextSchema, { io: 'input', target: 'draft-07' }) as SchemaNode;
}

/** The same as nodes to walk, made once: messages and the reference page come from it. */
export function inputSchema(): SchemaNode {
  cached ??= buildInputSchema();
  return cached;
}

/** The schema of the field at a path, or undefined where there is no such field. */
export function schemaAt(path: FieldPath): SchemaNode | undefined {
  let node: SchemaNode | undefined = inputSchema();
  for (const part of path) {
    if (node === undefined) return undefined;
    node = typeof part === 'number' ? itemOf(node, part) : memberOf(node, part);
  }
  return node;
}

function memberOf(node: SchemaNode, name: string): SchemaNode | undefined {
  if (node.properties !== undefined && Object.hasOwn(node.properties, name)) {
    return node.properties[name];
  }
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

function itemOf(node: SchemaNode, index: number): SchemaNode | undefined {
  const list = node.items === undefined ? node.anyOf?.find((one) => one.items !== undefined) : node;
  return Array.isArray(list?.items) ? list.items[index] : list?.items;
}

/** The paths of every field of that name, such as `hosts.NAME.keepAlive`, in the order of the schema. */
export function placesOfField(name: string): string[] {
  const places: string[] = [];
  const walk = (node: SchemaNode, path: string): void => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const here = path === '' ? key : `${path}.${key}`;
      if (key === name) places.push(here);
      walk(child, here);
    }
    if (typeof node.additionalProperties === 'object') {
      walk(node.additionalProperties, `${path}.NAME`);
    }
    if (node.items !== undefined && !Array.isArray(node.items)) walk(node.items, `${path}[]`);
  };
  walk(inputSchema(), '');
  return places;
}
