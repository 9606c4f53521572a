import type { PictureItem } from './items.js';
import { itemKinds, itemMarks } from './picture.js';
import { VarintWriter } from './varint.js';

/**
 * Items as base64 of variable-length integers; `page/decode-items.ts` is the other side. Each item, in the
 * order of their starts: start − start of the one before · lane × 8 + kind · flags · end − start · count,
 * and for a single one its fields, for a group its shortest and its longest latency.
 */
export function encodeItems(items: readonly PictureItem[]): string {
  const out = new VarintWriter();
  let before = 0;
  for (const item of items) {
    const single = item.command !== null || item.apply !== null;
    out.write(item.start - before);
    before = item.start;
    out.write(item.lane * 8 + itemKinds.indexOf(item.kind));
    out.write(
      (item.open ? 1 : 0) |
        (item.held ? 2 : 0) |
        (single ? 4 : 0) |
        (item.command?.fua ? 8 : 0) |
        (itemMarks.indexOf(item.mark) << 4),
    );
    out.write(Math.max(0, item.end - item.start));
    out.write(item.count);
    if (single) {
      writeFields(out, item);
    } else {
      out.write(known(item.shortest));
      out.write(known(item.longest));
    }
  }
  return out.toBase64();
}

function writeFields(out: VarintWriter, { command, apply, start }: PictureItem): void {
  if (command) {
    out.write(command.slba);
    out.write(command.blocks);
    out.write(known(command.payloads[0]));
    out.write(known(Math.round(command.completeAt / 1000) - start));
    out.write(command.cid);
    out.write(command.qid);
    out.write(command.opcode);
    out.write(known(command.status));
    out.write(command.sentFrame.frame);
  } else if (apply) {
    out.write(apply.slba);
    out.write(apply.blocks);
    out.write(known(apply.payloads[0]));
    out.write(apply.request);
    out.write(apply.failed ? 1 : 0);
  }
}

/** 0 for what is not known, else the value + 1. */
function known(value: number | null | undefined): number {
  return value === null || value === undefined || !Number.isFinite(value) || value < 0
    ? 0
    : value + 1;
}
