import { DOUBLE, STRUCT, structValue, VARCHAR } from '@duckdb/node-api';
import type { Finding, Verdict } from '@fenceline/contracts';
import { bigint, integer, list, table, text, type Table } from '../table.js';

const stepType = STRUCT({ ms: DOUBLE, what: VARCHAR, at: VARCHAR });

/** One row a finding of the verdict, with its witness. */
export function findingsTable({ findings, profile }: Verdict): Table {
  return table<[number, Finding]>('findings', findings.entries(), {
    finding: integer(([index]) => index),
    profile: text(() => profile),
    rule: text(([, it]) => it.rule),
    blame: text(([, it]) => it.blame),
    blamed: text(([, it]) => it.blamed),
    harm: text(([, it]) => it.harm),
    sentence: text(([, it]) => it.sentence),
    lba: bigint(([, it]) => it.witness.lba),
    host: text(([, it]) => it.witness.host),
    path: text(([, it]) => it.witness.path),
    other_path: text(([, it]) => it.witness.otherPath),
    steps: list(stepType, ([, it]) =>
      it.witness.steps.map(({ ms, what, at }) => structValue({ ms, what, at: at ?? null })),
    ),
  });
}
