import type { History } from '@fenceline/history';
import { bigint, table, text, texts, type Table } from '../table.js';

/** One row a fault or hold, with its span. */
export function faultsTable({ faults }: History): Table {
  return table('faults', faults, {
    id: text((it) => it.id),
    fault: text((it) => it.fault),
    describe: text((it) => it.describe),
    link: text((it) => it.link),
    nodes: texts((it) => it.nodes),
    start_ns: bigint((it) => it.start),
    end_ns: bigint((it) => it.end),
  });
}
