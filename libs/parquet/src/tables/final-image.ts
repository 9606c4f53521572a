import type { History } from '@fenceline/history';
import { bigint, table, text, type Table } from '../table.js';

/** What the medium held at the end, one row a block; no rows where that was not recorded. */
export function finalImageTable({ finalImage, payloadHashes }: History): Table {
  return table('final_image', finalImage ?? [], {
    lba: bigint(([lba]) => lba),
    payload_hash: text(([, payload]) => payloadHashes[payload]),
  });
}
