import type { Apply, Command, History } from '@fenceline/history';
import type { LaneOf } from '../picture/items.js';
import { itemKinds, itemMarks, type ItemKind, type ItemMark } from '../picture/picture.js';
import { us } from '../picture/us.js';
import { itemFlags } from './format.js';
import type { TimelineItem, TimelineItems } from './items.js';

/** The commands and applies of a history as items: the commands first. */
export function historyItems(
  history: History,
  lanes: LaneOf,
  marks: ReadonlyMap<Command | Apply, ItemMark>,
): TimelineItems {
  const { commands, applies } = history;
  const place = (item: TimelineItem): TimelineItem | null => (item.lane < 0 ? null : item);
  const markOf = (thing: Command | Apply): number => itemMarks.indexOf(marks.get(thing) ?? 'none');
  return {
    count: commands.length + applies.length,
    at: (index) => {
      const command = commands[index];
      if (command !== undefined) return place(commandItem(command, lanes, markOf(command)));
      const apply = applies[index - commands.length]!;
      return place(applyItem(apply, lanes, markOf(apply)));
    },
  };
}

function commandItem(command: Command, lanes: LaneOf, mark: number): TimelineItem {
  const { sentAt, answeredAt, status } = command;
  const answered = Number.isFinite(answeredAt);
  const kind: ItemKind =
    command.qid === 0
      ? 'admin'
      : command.op === 'read' || command.op === 'write'
        ? command.op
        : 'other';
  return {
    start: us(sentAt),
    end: answered ? us(answeredAt) : null,
    lane: lanes.queue(command.association, command.qid),
    kind: itemKinds.indexOf(kind),
    opcode: command.opcode,
    flags:
      (command.fua ? itemFlags.fua : 0) |
      ((status ?? 0) !== 0 ? itemFlags.failed : 0) |
      (answered ? 0 : itemFlags.open),
    mark,
    status,
    lba: command.slba,
    blocks: command.blocks,
    id: command.id,
  };
}

function applyItem(apply: Apply, lanes: LaneOf, mark: number): TimelineItem {
  const applied = Number.isFinite(apply.appliedAt);
  return {
    start: us(apply.receivedAt),
    end: applied ? us(apply.appliedAt) : null,
    lane: lanes.node(apply.node),
    kind: itemKinds.indexOf('apply'),
    opcode: 0,
    flags:
      (apply.heldAt === null ? 0 : itemFlags.held) |
      (apply.failed ? itemFlags.failed : 0) |
      (applied ? 0 : itemFlags.open),
    mark,
    status: null,
    lba: apply.slba,
    blocks: apply.blocks,
    id: apply.id,
  };
}
