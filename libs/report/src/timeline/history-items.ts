import type { Apply, Command, History } from '@fenceline/history';
import { AdminOpcode } from '@fenceline/nvme';
import type { LaneOf } from '../picture/items.js';
import { itemKinds, itemMarks, type ItemKind, type ItemMark } from '../picture/picture.js';
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
      if (command !== undefined) {
        return place(commandItem(command, history, lanes, markOf(command)));
      }
      const apply = applies[index - commands.length]!;
      return place(applyItem(apply, history, lanes, markOf(apply)));
    },
  };
}

function commandItem(
  command: Command,
  history: History,
  lanes: LaneOf,
  mark: number,
): TimelineItem {
  const { qid, opcode, sentAt, answeredAt, completeAt, status } = command;
  const answered = Number.isFinite(answeredAt);
  const waits = qid === 0 && opcode === AdminOpcode.asyncEventRequest;
  const keepAlive = qid === 0 && opcode === AdminOpcode.keepAlive;
  const start = usWithNs(sentAt);
  return {
    start,
    end: Math.max(start, usWithNs(answered ? answeredAt : lastOf(command, history))),
    complete: Number.isFinite(completeAt) ? usWithNs(completeAt) : null,
    lane: lanes.queue(command.association, qid),
    kind: itemKinds.indexOf(kindOf(command)),
    opcode,
    flags:
      (command.fua ? itemFlags.fua : 0) |
      ((status ?? 0) !== 0 ? itemFlags.failed : 0) |
      (answered || waits ? 0 : itemFlags.open) |
      (keepAlive ? itemFlags.keepAlive : 0) |
      (waits ? itemFlags.waits : 0),
    mark,
    status,
    lba: command.slba,
    blocks: command.blocks,
    id: command.id,
    cid: command.cid,
    frame: command.sentFrame.frame,
  };
}

/** Until when a command without an answer could have had one: its path was given up, or the recording ended. */
function lastOf({ association }: Command, { associations, end }: History): number {
  return Math.min(associations[association]?.giveUpAt ?? end, end);
}

function kindOf({ qid, op }: Command): ItemKind {
  if (qid === 0) return 'admin';
  return op === 'read' || op === 'write' ? op : 'other';
}

function applyItem(apply: Apply, history: History, lanes: LaneOf, mark: number): TimelineItem {
  const applied = Number.isFinite(apply.appliedAt);
  const start = usWithNs(apply.receivedAt);
  return {
    start,
    end: Math.max(start, usWithNs(applied ? apply.appliedAt : history.end)),
    complete: null,
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
    cid: 0,
    frame: apply.request,
  };
}

/** Whole nanoseconds of the lab's clock as µs. */
const usWithNs = (ns: number): number => Math.max(0, Math.round(ns)) / 1000;
