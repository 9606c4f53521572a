import type { History } from '@fenceline/history';
import { bigint, integer, table, text, truth, type Table } from '../table.js';

/** One row a request that the backend applied, holds or failed: in the order on the medium. */
export function appliesTable({ applies }: History): Table {
  return table('applies', applies, {
    apply: integer((it) => it.id),
    request: bigint((it) => it.request),
    node: text((it) => it.node),
    op: text((it) => it.op),
    slba: bigint((it) => it.slba),
    blocks: bigint((it) => it.blocks),
    received_ns: bigint((it) => it.receivedAt),
    held_ns: bigint((it) => it.heldAt),
    applied_ns: bigint((it) => it.appliedAt),
    failed: truth((it) => it.failed),
    unattributed: text((it) => it.unattributed),
  });
}
