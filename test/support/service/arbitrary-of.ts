import fc from 'fast-check';
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Longer than this nothing is made: what is too large is a test of its own. */
const mostCharacters = 40;
const mostItems = 3;

/** Makes values that a schema takes, by its JSON Schema; what JSON Schema cannot say (a refinement) they may miss. */
export function arbitraryOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return arbitrary(root, root.$defs ?? {}, 0);
}

function arbitrary(
  schema: z.core.JSONSchema._JSONSchema,
  definitions: Record<string, JsonSchema>,
  depth: number,
): fc.Arbitrary<unknown> {
  if (typeof schema === 'boolean') return fc.jsonValue({ maxDepth: 1 });
  const inner = (one: z.core.JSONSchema._JSONSchema): fc.Arbitrary<unknown> =>
    arbitrary(one, definitions, depth + 1);
  if (schema.$ref !== undefined) return inner(definitions[schema.$ref.replace('#/$defs/', '')]!);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(inner));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'string':
      return strings(schema);
    case 'array':
      return arrays(schema, inner);
    case 'object':
      return objects(schema, inner);
    case undefined:
      break;
  }
  return fc.jsonValue({ maxDepth: 1 });
}

function numbers(schema: JsonSchema): fc.Arbitrary<number> {
  const min = Number(schema.minimum ?? schema.exclusiveMinimum ?? -1e6);
  const max = Number(schema.maximum ?? schema.exclusiveMaximum ?? Math.max(min, 0) + 1e6);
  if (schema.type === 'integer') return fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
  return fc.double({ min, max, noNaN: true });
}

function strings({ format, minLength, maxLength, pattern }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') {
    const bounds = {
      min: new Date('2020-01-01'),
      max: new Date('2035-01-01'),
      noInvalidDate: true,
    };
    return fc.date(bounds).map((date) => date.toISOString());
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'), { size: 'small' });
  const most = Math.min(maxLength ?? mostCharacters, mostCharacters);
  return fc.string({ minLength: minLength ?? 0, maxLength: most, unit: 'grapheme' });
}

function arrays(
  schema: JsonSchema,
  inner: (one: z.core.JSONSchema._JSONSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const items = schema.items === undefined || Array.isArray(schema.items) ? true : schema.items;
  const minLength = schema.minItems ?? 0;
  const maxLength = Math.max(minLength, Math.min(schema.maxItems ?? mostItems, mostItems));
  return fc.array(inner(items), { minLength, maxLength });
}

function objects(
  schema: JsonSchema,
  inner: (one: z.core.JSONSchema._JSONSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0 && typeof schema.additionalProperties === 'object') {
    return fc.dictionary(fc.string({ maxLength: 8 }), inner(schema.additionalProperties), {
      maxKeys: mostItems,
    });
  }
  return fc.record(Object.fromEntries(properties.map(([name, one]) => [name, inner(one)])), {
    requiredKeys: schema.required ?? [],
  });
}
