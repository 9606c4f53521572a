import type { Breach } from './check-history.js';
import type { ServiceHistory } from './history.js';

/** What is published is there, is what it is called, and is of an attempt that counted. */
export function checkStore(history: ServiceHistory): Breach[] {
  return [
    ...history.overwritten.map((name): Breach => ({ law: 'no blob is overwritten', what: name })),
    ...[...history.files].flatMap(([name, { sha256 }]): Breach[] =>
      name === sha256
        ? []
        : [{ law: 'an artifact has its bytes', what: `the file ${name} has ${sha256}` }],
    ),
    ...history.artifacts.flatMap(({ sha256 }) => bytesOf(history, sha256)),
    ...publishers(history),
    ...evidence(history),
  ];
}

function bytesOf({ blobs, files }: ServiceHistory, sha256: string): Breach[] {
  const file = files.get(sha256);
  if (file === undefined) {
    return [{ law: 'an artifact has its bytes', what: `${sha256} is not in the store` }];
  }
  return file.bytes === blobs.get(sha256)
    ? []
    : [{ law: 'an artifact has its bytes', what: `${sha256} has ${file.bytes} bytes` }];
}

/** Only an attempt that finished, or surrendered what it had, has artifacts. */
function publishers({ artifacts, attempts }: ServiceHistory): Breach[] {
  const howOf = new Map(attempts.map(({ id, how }) => [id, how]));
  return artifacts.flatMap(({ attemptId, kind }): Breach[] => {
    if (attemptId === null) return [];
    const how = howOf.get(attemptId) ?? 'unknown';
    if (how !== 'lost' && how !== 'unknown') return [];
    const what = `attempt ${attemptId} is ${how} and has published its ${kind}`;
    return [{ law: 'no stale result is published', what }];
  });
}

/** A judgement is of evidence that its own attempt has published. */
function evidence({ judgements, artifacts }: ServiceHistory): Breach[] {
  const published = new Set(
    artifacts.map(({ attemptId, kind, sha256 }) => `${attemptId ?? ''} ${kind} ${sha256}`),
  );
  return judgements
    .filter(
      ({ attemptId, evidenceSha256 }) => !published.has(`${attemptId} evidence ${evidenceSha256}`),
    )
    .map(({ id, attemptId }) => ({
      law: 'an artifact has its bytes',
      what: `judgement ${id} is of evidence that attempt ${attemptId} has not published`,
    }));
}
