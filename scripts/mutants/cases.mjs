/**
 * Where each mutant must be found: the scenario in which what it does wrong makes a difference. `with` is the mutant of
 * the other side that it needs to show itself: a controller that resets for a wrong name needs a host that gives one.
 */
const hostCases = {
  'failed-entry-is-success': 'operation-failed',
  'sources-in-any-order': 'last-source-refuses',
  'waits-for-dead-sources': 'source-lost',
  'first-timer-releases-all': 'lost-again-inside-hold',
  'connect-error-stalls': 'connect-fails-once',
  'hold-from-first-failed-command': 'table-3-cqt-only',
  'ignores-cqt': 'noticed-at-once',
  'milliseconds-for-seconds': 'table-3-cqt-only',
  'old-cirn': 'cntlid-reused',
  'answer-is-success': 'table-2-ccr',
  'holds-one-queue': 'one-io-connection',
  'keeps-slot-of-refusal': 'refused-twice',
  'event-is-success': 'log-read-late',
  'any-entry-counts': 'left-over-entry',
  'no-hold-for-zero-cqt': 'cqt-zero',
  'ignores-tbkas': 'noticed-at-once',
  'no-hold-after-failed-reset': 'operation-failed',
  'no-hold-without-source': 'no-source',
  'keeps-talking': 'heals-during-fence',
  'waits-out-its-time': 'immediate-reset',
  'resumes-late': 'table-2-ccr',
  'never-asks': 'table-2-ccr',
  'never-reconnects': 'path-restored',
  'keeps-refused-commands': 'path-refuses',
  'tells-path-errors': 'table-2-ccr',
  'retries-other-bytes': 'large-writes',
};

const nodeCases = {
  'applies-after-reset': 'table-2-ccr',
  'success-before-quiet': 'table-2-ccr',
  'success-at-bound': 'bound-passed',
  'gone-before-quiet': 'connection-reset',
  'success-of-unknown': 'cntlid-reused',
  'success-of-silent-peer': 'nodes-apart',
  'ignores-cqt': 'held-inside-expired',
  'never-expires': 'table-3-cqt-only',
  'answers-after-reset': 'frames-held-ccr',
  'any-cirn': { scenario: 'cntlid-reused', with: 'old-cirn' },
  'same-cirn': 'cntlid-reused',
  'wrong-entry': 'table-2-ccr',
  'event-without-entry': 'table-2-ccr',
  'event-too-early': 'table-2-ccr',
  'drops-acknowledged-write': 'nothing-fails',
  'acknowledges-too-early': 'held-and-kept',
  'alters-data': 'nothing-fails',
};

/**
 * One case for each mutant of both tables.
 *
 * @param hosts mutants of the host: name, wrong, rule, blame
 * @param nodes mutants of the controller
 * @throws Error for a mutant without a scenario, and for a scenario of a mutant that there is not
 */
export function casesOf(hosts, nodes) {
  return [...join('host', hosts, hostCases), ...join('node', nodes, nodeCases)];
}

function join(side, mutants, scenarios) {
  const known = new Set(mutants.map(({ name }) => name));
  const stray = Object.keys(scenarios).find((name) => !known.has(name));
  if (stray !== undefined) throw new Error(`there is no ${side} mutant ${stray}`);
  return mutants.map(({ name, wrong, rule, blame }) => {
    const found = scenarios[name];
    if (found === undefined) throw new Error(`no scenario shows the ${side} mutant ${name}`);
    const { scenario, with: other } = typeof found === 'string' ? { scenario: found } : found;
    const mutants =
      side === 'host' ? { host: name, node: other ?? null } : { host: other ?? null, node: name };
    return { side, name, wrong, rule, blame, scenario, mutants };
  });
}
