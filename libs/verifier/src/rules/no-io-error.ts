import type { Finding } from '@fenceline/contracts';
import { outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count, toMs } from '../sentences.js';

/**
 * no-io-error. The application must not see an error of an I/O that the scenario does not allow
 * (`allow: { ioErrors: true }`): with a path left, a failed path is the host's to hide.
 *
 * Specification: none; it is what multipath is for. Blames the host.
 *
 * It knows what the workload said when it ended: not which I/O failed, nor why. A workload that fails without
 * having seen an I/O error is no finding, and makes a pass inconclusive instead.
 *
 * Near misses: a workload that the timeline stopped; errors on the wire that the host retried.
 */
export const noIoError: Rule = {
  name: 'no-io-error',
  restsOn: ['workload'],
  sameUnderEach: true,
  judge: judgeNoIoError,
};

function judgeNoIoError({ facts, input }: RuleInput): Outcome {
  const running = new Set<string>();
  const findings: Finding[] = [];
  for (const event of facts.history.events) {
    if (event.kind === 'workload-start') running.add(`${event.job} on ${event.host}`);
    if (event.kind !== 'workload-end') continue;
    running.delete(`${event.job} on ${event.host}`);
    if (event.errors === 0 || input.allowIoErrors) continue;
    const said = event.message === undefined ? '' : `: ${event.message}`;
    const errors = count(event.errors, 'I/O error');
    findings.push({
      rule: 'no-io-error',
      blame: 'host',
      blamed: event.host,
      harm: null,
      sentence: `The workload ${event.job} on ${event.host} saw ${errors}${said}.`,
      witness: {
        host: event.host,
        steps: [{ ms: toMs(event.t), what: `workload ${event.job} ends with ${errors}${said}` }],
      },
    });
  }
  const doubts = [...running].map((job) => `no-io-error: the workload ${job} was not seen to end`);
  return outcome(findings, doubts, {
    held: input.allowIoErrors ? 'the scenario allows I/O errors' : 'no workload saw an I/O error',
    violated: `${count(findings.length, 'workload')} saw an I/O error`,
  });
}
