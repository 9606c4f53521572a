import type { Apply, History } from '@fenceline/history';
import { bigint, integer, integers, table, text, type Table } from '../table.js';

interface Row {
  apply: Apply;
  /** Position of the block in the request. */
  index: number;
}

/** One row a block of an apply: its bytes, and the commands that may have caused it. */
export function blocksTable({ applies, payloadHashes }: History): Table {
  return table<Row>('blocks', blocksOf(applies), {
    apply: integer(({ apply }) => apply.id),
    lba: bigint(({ apply, index }) => apply.slba + index),
    payload_hash: text(({ apply, index }) => {
      const payload = apply.payloads[index];
      return payload === undefined ? null : payloadHashes[payload];
    }),
    candidates: integers(({ apply, index }) => apply.candidates[index] ?? []),
    altered_by: integers(
      ({ apply, index }) =>
        apply.altered?.find(({ lba }) => lba === apply.slba + index)?.commands ?? [],
    ),
  });
}

function* blocksOf(applies: readonly Apply[]): Iterable<Row> {
  for (const apply of applies) {
    for (let index = 0; index < apply.blocks; index++) yield { apply, index };
  }
}
