/** Deeper than any value of the API. */
const depthLimit = 64;

/** What JSON and URLs can say and Postgres cannot keep: a NUL, or half of a surrogate pair. */
const halfPair = /\p{Cs}/u;

/** A part of a value that is refused, whatever its schema says. */
export interface Unkeepable {
  path: readonly PropertyKey[];
  message: string;
}

/** Finds strings, keys too, that are not well-formed Unicode text without NUL, and what is nested without end. */
export function* findUnkeepable(
  value: unknown,
  path: readonly PropertyKey[] = [],
): Generator<Unkeepable> {
  if (path.length > depthLimit) {
    yield { path: path.slice(0, 3), message: `is nested more than ${depthLimit} deep` };
  } else if (typeof value === 'string') {
    if (isUnkeepable(value)) yield { path, message: 'holds a NUL or half of a surrogate pair' };
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (isUnkeepable(key)) yield { path, message: 'has a key with a NUL or half of a pair' };
      yield* findUnkeepable(item, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}

function isUnkeepable(text: string): boolean {
  return text.includes('\0') || halfPair.test(text);
}
