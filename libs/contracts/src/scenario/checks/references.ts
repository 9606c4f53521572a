import type { Findings } from '../draft.js';
import { nearest } from '../nearest.js';
import type { FieldPath } from '../problem.js';

/** What a field may name: hosts, nodes, links, paths, jobs or kernels, with the names that there are. */
export interface Named {
  noun: 'host' | 'node' | 'link' | 'path' | 'job' | 'kernel';
  names: readonly string[];
}

/** Reports a name that names nothing; true when it is right. */
export function checkReference(
  name: string,
  known: Named,
  path: FieldPath,
  findings: Findings,
): boolean {
  if (known.names.includes(name)) return true;
  const meant = nearest(name, known.names);
  const listed =
    known.names.length === 0
      ? `There is no ${known.noun} at all.`
      : `The ${known.noun}s are ${known.names.join(', ')}.`;
  findings.problem({
    path,
    message: `there is no ${known.noun} \`${name}\``,
    mend: meant === undefined ? listed : `Did you mean \`${meant}\`? ${listed}`,
  });
  return false;
}

/**
 * The names that a list of references stands for, `all` resolved; names that are wrong are reported and
 * left out. `isList` tells whether the file has a list at this path or a single name.
 */
export function resolveReferences(
  references: readonly string[],
  known: Named,
  path: FieldPath,
  isList: boolean,
  findings: Findings,
): string[] {
  if (references.length === 1 && references[0] === 'all') return [...known.names];
  const seen = new Set<string>();
  references.forEach((name, index) => {
    const at = isList ? [...path, index] : path;
    if (name === 'all') {
      findings.problem({
        path: at,
        message: '`all` is in a list with other names',
        mend: 'Write `all` alone, or the names.',
      });
    } else if (seen.has(name)) {
      findings.problem({
        path: at,
        message: `\`${name}\` is there twice`,
        mend: 'Remove one of the two.',
      });
    } else if (checkReference(name, known, at, findings)) {
      seen.add(name);
    }
  });
  return [...seen];
}
