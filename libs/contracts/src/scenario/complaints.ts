import type { z } from 'zod';
import { nearest } from './nearest.js';
import type { Complaint, FieldPath } from './problem.js';
import { placesOfField, schemaAt, type SchemaNode } from './schema-guide.js';

type Issue = z.core.$ZodIssue;

/** Says in words what the schema refused, and what would be right. `root` is the value that was checked. */
export function complaintsOf(issue: Issue, root: unknown): Complaint[] {
  const path = issue.path as FieldPath;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownField(path, key));
  }
  if (issue.code === 'invalid_key') {
    const inner = issue.issues[0];
    const name = String(path.at(-1));
    return [
      {
        path,
        message: `\`${shorten(name)}\` ${inner?.message ?? 'is not a name'}`,
        mend: mendOf(inner) ?? 'Write a name such as `A`, `node1` or `link-a`.',
        atName: true,
      },
    ];
  }
  const input = valueAt(root, path);
  if (!input.present) return [missing(path)];
  if (input.value === null || input.value === undefined) {
    return [{ path, message: 'is empty', mend: howToWrite(schemaAt(path)), atName: true }];
  }
  if (issue.code === 'invalid_union') return unionComplaints(issue, path, input.value, root);
  return [{ path, ...refusal(issue, input.value, schemaAt(path)) }];
}

/** Of the alternatives of a union, the one that the value's own type points at explains what is wrong. */
function unionComplaints(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: FieldPath,
  value: unknown,
  root: unknown,
): Complaint[] {
  const meant = issue.errors.find(
    (branch) => !branch.some((one) => one.code === 'invalid_type' && one.path.length === 0),
  );
  if (meant === undefined) {
    const node = schemaAt(path);
    return [{ path, message: `is ${describeValue(value)}`, mend: howToWrite(node) }];
  }
  return meant.flatMap((one) => complaintsOf({ ...one, path: [...path, ...one.path] }, root));
}

function unknownField(path: FieldPath, key: string): Complaint {
  const known = Object.keys(schemaAt(path)?.properties ?? {});
  const meant = nearest(key, known);
  const elsewhere = placesOfField(key);
  let mend = `The fields here are ${known.join(', ')}.`;
  if (meant !== undefined) mend = `Did you mean \`${meant}\`?`;
  else if (elsewhere.length > 0) {
    mend = `It is a field of ${elsewhere.slice(0, 3).map(parentOf).join(' and of ')}; the fields here are ${known.join(', ')}.`;
  }
  return { path: [...path, key], message: 'is not a known field', mend, atName: true };
}

function parentOf(place: string): string {
  const end = place.lastIndexOf('.');
  return end === -1 ? 'the scenario itself' : `\`${place.slice(0, end)}\``;
}

function missing(path: FieldPath): Complaint {
  const name = String(path.at(-1));
  const node = schemaAt(path);
  const value = sample(node);
  const shown = value === undefined ? `\`${name}\`` : `\`${name}: ${value}\``;
  const why = node?.description === undefined ? '' : ` ${node.description}`;
  return { path, message: 'is missing', mend: `Add ${shown}.${why}` };
}

function refusal(issue: Issue, value: unknown, node: SchemaNode | undefined) {
  const own = mendOf(issue);
  switch (issue.code) {
    case 'custom':
      return { message: issue.message, mend: own ?? howToWrite(node) };
    case 'invalid_type':
      return { message: `is ${describeValue(value)}`, mend: mendOfType(value, node) };
    case 'invalid_value':
      return {
        message: `${quote(value)} ${ownMessage(issue) ?? 'is not a value of this field'}`,
        mend: mendOfChoice(value, issue.values),
      };
    case 'invalid_format':
      return {
        message: `${quote(value)} ${ownMessage(issue) ?? 'is not right'}`,
        mend: howToWrite(node),
      };
    case 'too_small':
    case 'too_big':
      return { message: outOfRange(issue, value), mend: howToWrite(node) };
    case 'not_multiple_of':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
      return { message: issue.message, mend: howToWrite(node) };
  }
}

function outOfRange(
  issue: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  value: unknown,
): string {
  const own = ownMessage(issue);
  if (own !== undefined) return own;
  const few = issue.code === 'too_small';
  if (Array.isArray(value)) return few ? 'has too few entries' : 'has too many entries';
  if (typeof value === 'string') return few ? 'is too short' : 'is too long';
  return `${quote(value)} is too ${few ? 'small' : 'large'}`;
}

/** A message that the schema states itself; the library's own begin in upper case. */
function ownMessage(issue: Issue): string | undefined {
  return /^[A-Z]/.test(issue.message) ? undefined : issue.message;
}

function mendOf(issue: { code?: string; params?: unknown } | undefined): string | undefined {
  const params = issue?.params as { mend?: unknown } | undefined;
  return typeof params?.mend === 'string' ? params.mend : undefined;
}

function mendOfChoice(value: unknown, choices: readonly unknown[]): string {
  const names = choices.map(String);
  const meant = typeof value === 'string' ? nearest(value, names) : undefined;
  if (meant !== undefined) return `Did you mean \`${meant}\`?`;
  return names.length === 1 ? `Write \`${names[0]!}\`.` : `Write one of ${names.join(', ')}.`;
}

function mendOfType(value: unknown, node: SchemaNode | undefined): string {
  if (typeof value === 'number' && Number.isFinite(value)) {
    if (node?.title?.startsWith('duration')) {
      return `Write the unit too: \`${value}s\` or \`${value}ms\`.`;
    }
    if (node?.title === 'size') return `Write the unit too: \`${value}MiB\` or \`${value}KiB\`.`;
  }
  if (typeof value === 'string' && node?.type === 'integer' && /^[0-9]+$/.test(value)) {
    return `Write \`${value}\` without quotes.`;
  }
  return howToWrite(node);
}

const byTitle: Readonly<Record<string, string>> = {
  duration: 'Write a number with its unit, such as `300ms`, `5s`, `2m` or `1h`.',
  'duration or forever': 'Write a number with its unit, such as `600s`, or `forever`.',
  size: 'Write a number with its unit, such as `4KiB`, `64MiB` or `1GiB`.',
  name: 'Write a name such as `A`, `node1` or `link-a`.',
  'name, list of names or `all`': 'Write a name, a list of names such as `[A, B]`, or `all`.',
  'kernel name':
    'Write a name of the kernel registry, such as `debian:6.1`; `fenceline kernels` lists them.',
  capability: 'Write small letters, digits and `-`, such as `ccr` or `cqt`.',
  'fio size':
    'Write a number of bytes, or a number with k, m, g or t, such as `4k` or `1m`: powers of 1024. ' +
    '(fio would read `KiB` as 1000 bytes.)',
  'fio time': 'Write a number with ms, s, m or h, such as `60s`; a plain number is in seconds.',
  'fio switch': 'Write 1 or 0.',
};

/** How a value of this field is written, as a sentence. */
function howToWrite(node: SchemaNode | undefined): string {
  if (node === undefined) return 'Remove it.';
  const titled = node.title === undefined ? undefined : byTitle[node.title];
  if (titled !== undefined) return titled;
  if (node.anyOf?.[0] !== undefined) return howToWrite(node.anyOf[0]);
  const choices = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  if (choices !== undefined) return mendOfChoice(undefined, choices);
  if (node.type === 'integer' || node.type === 'number')
    return `Write a whole number${rangeOf(node)}.`;
  if (node.type === 'boolean') return 'Write `true` or `false`.';
  if (node.type === 'array') return `Write a list${entriesOf(node)}.`;
  if (node.type === 'object') {
    const fields = Object.keys(node.properties ?? {});
    if (fields.length === 0) return 'Write a map of names, each with its fields.';
    const empty = node.required === undefined && node.minProperties === undefined;
    return `Write ${empty ? '`{}` or ' : ''}a map with fields of ${fields.join(', ')}.`;
  }
  const example = node.examples?.[0] ?? node.default;
  return typeof example === 'string' && example !== ''
    ? `Write text such as \`${example}\`.`
    : 'Write text.';
}

function rangeOf(node: SchemaNode): string {
  if (node.minimum !== undefined && node.maximum !== undefined && node.maximum < 1e12) {
    return ` from ${node.minimum} to ${node.maximum}`;
  }
  return node.minimum !== undefined ? `, at least ${node.minimum}` : '';
}

function entriesOf(node: SchemaNode): string {
  const { minItems: min, maxItems: max } = node;
  if (min !== undefined && min === max) return ` of ${min} ${min === 1 ? 'entry' : 'entries'}`;
  if (max !== undefined) return ` of ${min ?? 0} to ${max} entries`;
  return min === undefined ? '' : ` of at least ${min} ${min === 1 ? 'entry' : 'entries'}`;
}

/** A value that the field could have, for a person who left it out. */
function sample(node: SchemaNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const value = node.const ?? node.examples?.[0] ?? node.enum?.[0] ?? node.default;
  if (value !== undefined)
    return typeof value === 'object' ? undefined : JSON.stringify(value).replace(/^"|"$/g, '');
  if (node.type === 'integer') return String(node.minimum ?? 1);
  return undefined;
}

function valueAt(root: unknown, path: FieldPath): { present: boolean; value: unknown } {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      return { present: false, value: undefined };
    }
    value = (value as Record<string | number, unknown>)[part];
  }
  return { present: true, value };
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `text (${quote(value)})`;
  if (typeof value === 'number') return `a plain number (${value})`;
  return typeof value === 'boolean' ? String(value) : 'a map';
}

function quote(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a map';
  return `\`${shorten(String(value))}\``;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
