import { never } from '@fenceline/history';
import { ccrTraffic } from '../ccr/ccr-traffic.js';
import { oddities, retriesAfterFailure, wrongTriples } from '../ccr/ccr-of-host.js';
import {
  answersAfterSuccess,
  repeatedCirns,
  successTooSoon,
  takenForNobody,
  wrongLogs,
} from '../ccr/ccr-of-target.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count } from '../sentences.js';

/**
 * ccr-conformance. A host must name, in a Cross-Controller Reset, the CNTLID, CIU and CIRN of the latest
 * Identify data that it was given, and must not take a failed reset for a success. A target must not tell success
 * while a command can still take effect, must not serve the impaired association after it, must give each
 * instance a new CIRN, and must log what it says: no event without an entry, no entry that nobody asked for.
 *
 * Specification: NVMe Base 2.3 (TP8028), 5.4.3 Cross-Controller Reset, 5.1.12 log page 1Eh, Identify Controller
 * CIU, CIRN, CCRL.
 *
 * It cannot see a command that a reset controller had taken and dropped, nor whether an entry's ACID and CCRF
 * are right. An answer that leaves a node after the success may have waited in its socket: it is remarked only
 * where the command had come before.
 *
 * Near misses: a retry after a failed reset at or after the fence end; success with writes that were applied or
 * dropped before; a page read in part; an entry that was read before its event; a CCR through a source that was
 * given up, or beyond CCRL, which are remarked.
 */
export const ccrConformance: Rule = {
  name: 'ccr-conformance',
  restsOn: ['wire', 'medium'],
  judge: judgeCcrConformance,
};

function judgeCcrConformance({ facts, fences }: RuleInput): Outcome {
  const { history } = facts;
  const traffic = ccrTraffic(history);
  const offered = history.associations.filter((it) => it.identifiedAt !== never && it.ciu !== 0);
  if (traffic.ccrs.length === 0 && offered.length === 0) {
    return notJudged('no CCR was sent, and no controller offers it (CIU 0)');
  }
  const triples = wrongTriples(facts, traffic);
  const success = successTooSoon(facts);
  const answers = answersAfterSuccess(history);
  const findings = [
    ...triples.findings,
    ...retriesAfterFailure(facts, fences, traffic),
    ...success.findings,
    ...answers.findings,
    ...takenForNobody(traffic),
    ...repeatedCirns(history),
    ...wrongLogs(history, traffic),
  ];
  if (traffic.ccrs.length === 0 && findings.length === 0) {
    return notJudged('no CCR was sent');
  }
  const remarks = [...oddities(facts, traffic), ...answers.remarks].map((remark) => `; ${remark}`);
  return outcome(findings, [...triples.doubts, ...success.doubts], {
    held: `${count(traffic.ccrs.length, 'CCR')} named what the host was told, and meant what was said${remarks.join('')}`,
    violated: `${count(findings.length, 'breach', 'breaches')} of Cross-Controller Reset${remarks.join('')}`,
  });
}
