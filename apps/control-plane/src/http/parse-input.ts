import type { InputOf, Operation } from '@fenceline/contracts/api';
import type { Request } from 'express';
import type { z } from 'zod';
import { findUnkeepable } from './find-unkeepable.js';
import { Problem } from './problem.js';

type Errors = NonNullable<Problem['details']['errors']>;

/**
 * Checks the parts of a request against its operation.
 *
 * @throws Problem `invalid-request` that names every field that is wrong
 */
export function parseInput(
  operation: Operation,
  request: Pick<Request, 'params' | 'query' | 'body'>,
): InputOf<Operation> {
  const errors: Errors = [];
  const parse = (part: 'params' | 'query' | 'body'): unknown => {
    const schema: z.ZodType | undefined = operation[part];
    if (schema === undefined) return undefined;
    const unkeepable = [...findUnkeepable(request[part])];
    for (const { path, message } of unkeepable) {
      errors.push({ field: fieldOf(part, path), message });
    }
    if (unkeepable.length > 0) return undefined;
    const parsed = schema.safeParse(request[part]);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      errors.push({ field: fieldOf(part, issue.path), message: issue.message });
    }
    return undefined;
  };
  const input = { params: parse('params'), query: parse('query'), body: parse('body') };
  if (errors.length > 0) {
    throw new Problem('invalid-request', sentenceOf(errors), {
      mend: 'Mend the fields in `errors`; the OpenAPI document has what each may be.',
      errors,
    });
  }
  return input;
}

function fieldOf(part: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (so, key) => (typeof key === 'number' ? `${so}[${key}]` : `${so}.${String(key)}`),
    part,
  );
}

function sentenceOf(errors: Errors): string {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `${first!.field}: ${first!.message}${more}`;
}
