/** As much of a JSON Schema as the scenario's has. */
export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema | Schema[];
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** A schema and all that it may be instead. */
function alternatives(schema: Schema): Schema[] {
  const nested = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...nested.flatMap(alternatives)];
}

/** The schemas that hold for what stands at a path; `-` is an entry of a list. */
export function schemasAt(root: Schema, path: readonly string[]): Schema[] {
  let schemas = alternatives(root);
  for (const step of path) {
    schemas = schemas.flatMap((schema) => childrenOf(schema, step)).flatMap(alternatives);
  }
  return schemas;
}

function childrenOf({ items, properties, additionalProperties }: Schema, step: string): Schema[] {
  if (step === '-') return items === undefined ? [] : [items].flat();
  const own = properties?.[step];
  if (own !== undefined) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** A word that may stand at a place. */
export interface Suggestion {
  text: string;
  description: string;
  /** What is put in. */
  insert: string;
  /** It must be there. */
  required: boolean;
}

/** Names of fields that may stand in the map of a path, without those that do already. */
export function nameSuggestions(
  root: Schema,
  path: readonly string[],
  siblings: readonly string[],
): Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const { properties = {}, required = [] } of schemasAt(root, path)) {
    for (const [text, schema] of Object.entries(properties)) {
      if (siblings.includes(text) || found.has(text)) continue;
      found.set(text, {
        text,
        description: schema.description ?? '',
        insert: `${text}: `,
        required: required.includes(text),
      });
    }
  }
  return [...found.values()];
}

/** Values that a field may have, as far as the schema lists them; else its default and examples. */
export function valueSuggestions(root: Schema, path: readonly string[]): Suggestion[] {
  const schemas = schemasAt(root, path);
  const values = new Map<string, string>();
  const add = (value: unknown, description: string) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      return;
    const text = String(value);
    values.set(text, values.get(text) ?? description);
  };
  for (const schema of schemas) {
    const description = schema.description ?? '';
    for (const value of schema.enum ?? []) add(value, description);
    if (schema.const !== undefined) add(schema.const, description);
    if (schema.type === 'boolean') for (const value of [true, false]) add(value, description);
    if (schema.default !== undefined) add(schema.default, 'the default');
    for (const value of schema.examples ?? []) add(value, 'for example');
  }
  return [...values].map(([text, description]) => ({
    text,
    description,
    insert: text,
    required: false,
  }));
}
