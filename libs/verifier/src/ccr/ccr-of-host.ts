import { CcrStatus } from '@fenceline/nvme';
import type { Finding } from '@fenceline/contracts';
import { never, type Association, type Command } from '@fenceline/history';
import type { Facts } from '../facts.js';
import type { Fences } from '../fences.js';
import { earlyRetries, harmOf } from '../rules/no-early-retry.js';
import { atFrame, cid, count, inMs, lbas, toMs } from '../sentences.js';
import { sameController, wasRefused, type Ccr, type CcrTraffic } from './ccr-traffic.js';

/** CCRs whose triple is not that of the latest Identify data that the host had of the controller. */
export function wrongTriples(
  facts: Facts,
  { ccrs }: CcrTraffic,
): { findings: Finding[]; doubts: string[] } {
  const findings: Finding[] = [];
  const doubts: string[] = [];
  const { associations } = facts.history;
  for (const ccr of ccrs) {
    const { latest, asked, command, source } = ccr;
    if (latest !== null && latest.ciu === asked.ciu && latest.cirn === asked.cirn) continue;
    if (isFenced(facts, ccr)) continue;
    const untold = associations.find(
      (it) => it.identifiedAt === never && (it.connectedAt === never || it.cntlid === asked.icid),
    );
    if (latest === null && untold !== undefined) {
      doubts.push(
        `ccr-conformance: what ${source.host} was told of the controller that it names at ` +
          `${inMs(command.sentAt)} is not recorded (${untold.label})`,
      );
      continue;
    }
    const told =
      latest === null
        ? 'of which it was told nothing'
        : `of which it was told CIU ${latest.ciu}, CIRN ${hex(latest.cirn)}`;
    findings.push({
      rule: 'ccr-conformance',
      blame: 'host',
      blamed: source.host,
      harm: null,
      sentence:
        `${source.host} asked ${source.label} to reset CNTLID ${asked.icid}, CIU ${asked.ciu}, CIRN ` +
        `${hex(asked.cirn)}, ${told}${ccr.named === null ? '' : '; these are of an older instance'}.`,
      witness: {
        host: source.host,
        path: latest?.link ?? source.link,
        otherPath: source.link,
        steps: [
          ...(latest === null
            ? []
            : [
                {
                  ms: toMs(latest.identifiedAt),
                  what: `${source.host} is told of ${latest.label}: CIU ${latest.ciu}, CIRN ${hex(latest.cirn)}`,
                },
              ]),
          sentStep(ccr),
        ],
      },
    });
  }
  return { findings, doubts };
}

/**
 * Whether a CCR names an older instance that its host has lost and still fences: the array may have given the CNTLID
 * to the host's next association, over another path, meanwhile.
 */
function isFenced({ firstRetryAt }: Facts, { named, latest, command }: Ccr): boolean {
  if (named === null || named.link === latest?.link) return false;
  return named.ccrSuccessDeliveredAt >= command.sentAt && firstRetryAt[named.id]! >= command.sentAt;
}

/** Retries before the host fence end, sent after a CCR of their association had failed. */
export function retriesAfterFailure(facts: Facts, fences: Fences, traffic: CcrTraffic): Finding[] {
  const findings: Finding[] = [];
  const early = earlyRetries(facts, fences);
  if (early.length === 0) return findings;
  for (const association of facts.history.associations) {
    const failure = firstFailure(association, traffic);
    if (failure === null) continue;
    const retries = early.filter(
      ({ original, retry }) =>
        original.association === association.id && retry.sentAt >= failure.answeredAt,
    );
    const first = retries[0];
    if (first === undefined) continue;
    const { host, link, label } = association;
    findings.push({
      rule: 'ccr-conformance',
      blame: 'host',
      blamed: host,
      harm: harmOf(facts, first),
      sentence:
        `${host} sent ${count(retries.length, 'outstanding write')} of ${label} again, the first ` +
        `(${lbas(first.lba)}, ${cid(first.original)}) ${inMs(first.retry.sentAt - failure.answeredAt)} after it ` +
        `was told that its Cross-Controller Reset had failed, and before its fence end.`,
      witness: {
        lba: first.lba,
        host,
        path: link,
        otherPath: facts.history.associations[first.retry.association]!.link,
        steps: [
          {
            ms: toMs(failure.answeredAt),
            what: `${host} is told that the reset of ${label} failed`,
            ...(failure.answerFrame === null ? {} : { at: atFrame(failure.answerFrame) }),
          },
          {
            ms: toMs(first.retry.sentAt),
            what: `${host} sends ${lbas(first.lba)} again, ${cid(first.retry)}`,
            at: atFrame(first.retry.sentFrame),
          },
          {
            ms: toMs(fences.host[association.id]!.at),
            what: `host fence end of ${label}, by ${fences.host[association.id]!.by}`,
          },
        ],
      },
    });
  }
  return findings;
}

/** What is odd about a host's CCRs and no violation: asked of a source it had given up, or of a busy one. */
export function oddities(facts: Facts, { ccrs, reads }: CcrTraffic): string[] {
  const said = new Set<string>();
  for (const ccr of ccrs) {
    const { source, command } = ccr;
    if (facts.giveUpAt[source.id]! < command.sentAt) {
      said.add(`a CCR went through ${source.label}, which its host had given up`);
    }
    const busy = ccrs.filter(
      (other) =>
        other !== ccr &&
        sameController(other.source, source) &&
        other.command.sentAt < command.sentAt &&
        doneAt(other, reads) > command.sentAt,
    ).length;
    if (source.identifiedAt <= command.sentAt && busy >= source.ccrl) {
      said.add(`${source.label} was asked for more CCRs than its CCRL of ${source.ccrl}`);
    }
  }
  return [...said];
}

/** When the host knew that a CCR had come to its end. */
function doneAt(ccr: Ccr, reads: CcrTraffic['reads']): number {
  const { command, asked, source } = ccr;
  if (asked.immediate || wasRefused(ccr)) return command.answeredAt;
  const read = (reads.get(source.id) ?? []).find(
    (it) => it.sentAt >= command.answeredAt && ends(it, ccr),
  );
  return read?.answeredAt ?? never;
}

function ends(read: Command, { asked }: Ccr): boolean {
  return read.ccrLog!.entries.some(
    ({ icid, ciu, status }) =>
      icid === asked.icid && ciu === asked.ciu && status !== CcrStatus.inProgress,
  );
}

/** The answer by which the host was first told that a CCR of the association had failed. */
function firstFailure(association: Association, { ccrs, reads }: CcrTraffic): Command | null {
  let first: Command | null = null;
  for (const ccr of ccrs) {
    if (ccr.named !== association) continue;
    const told = wasRefused(ccr)
      ? ccr.command
      : (reads.get(ccr.source.id) ?? []).find(
          (read) =>
            read.sentAt >= ccr.command.answeredAt &&
            read.ccrLog!.entries.some(
              ({ icid, ciu, status }) =>
                icid === association.cntlid &&
                ciu === association.ciu &&
                status === CcrStatus.failed,
            ),
        );
    if (told !== undefined && told.answeredAt < (first?.answeredAt ?? never)) first = told;
  }
  return first;
}

function sentStep({ command, asked, source }: Ccr) {
  return {
    ms: toMs(command.sentAt),
    what:
      `${source.host} sends a Cross-Controller Reset on ${source.label}: ICID ${asked.icid}, CIU ` +
      `${asked.ciu}, CIRN ${hex(asked.cirn)}`,
    at: atFrame(command.sentFrame),
  };
}

function hex(cirn: bigint): string {
  return `0x${cirn.toString(16).padStart(16, '0')}`;
}
