import type { Apply, Command, History } from '@fenceline/history';
import type { ItemKind, ItemMark } from './picture.js';

/** A command or an apply, or a group of them, as the picture draws it: a bar on a lane. */
export interface PictureItem {
  lane: number;
  kind: ItemKind;
  mark: ItemMark;
  /** Microseconds since the lab started. */
  start: number;
  end: number;
  /** It had no end: no answer came, or it was never applied. */
  open: boolean;
  held: boolean;
  /** 1, or how many the group stands for. */
  count: number;
  command: Command | null;
  apply: Apply | null;
}

/** How many commands and applies a page shows one by one; beyond, the ordinary ones are grouped. */
export const itemBudget = 80_000;

const asynchronousEventRequest = 0x0c;
const ordinaryUs = 50_000;
const us = (ns: number): number => Math.max(0, Math.round(ns / 1000));

/** Where things are drawn: the lane of a path by association, the lane of a node by its name. */
export interface LaneOf {
  association: (id: number) => number;
  node: (name: string) => number;
}

/** All commands and applies of a history in the order of their starts. */
export function pictureItems(
  history: History,
  lanes: LaneOf,
  marks: ReadonlyMap<Command | Apply, ItemMark>,
): PictureItem[] {
  const items: PictureItem[] = [];
  for (const command of history.commands) {
    const admin = command.qid === 0;
    const answered = Number.isFinite(command.answeredAt);
    // An Asynchronous Event Request waits for an event, for hours if need be: it is no open command.
    const waits = admin && command.opcode === asynchronousEventRequest;
    const giveUp = history.associations[command.association]?.giveUpAt ?? history.end;
    const last = Math.max(command.sentAt, Math.min(giveUp, history.end));
    items.push({
      lane: lanes.association(command.association),
      kind: admin ? 'admin' : commandKind(command),
      mark: marks.get(command) ?? 'none',
      start: us(command.sentAt),
      end: us(answered ? command.answeredAt : waits ? command.sentAt : last),
      open: !answered && !waits,
      held: false,
      count: 1,
      command,
      apply: null,
    });
  }
  for (const apply of history.applies) {
    const applied = Number.isFinite(apply.appliedAt);
    items.push({
      lane: lanes.node(apply.node),
      kind: 'apply',
      mark: marks.get(apply) ?? 'none',
      start: us(apply.receivedAt),
      end: us(applied ? apply.appliedAt : history.end),
      open: !applied,
      held: apply.heldAt !== null,
      count: 1,
      command: null,
      apply,
    });
  }
  return items.filter((item) => item.lane >= 0).sort((a, b) => a.start - b.start);
}

function commandKind(command: Command): ItemKind {
  if (command.op === 'read') return 'read';
  return command.op === 'write' ? 'write' : 'other';
}

/**
 * Keeps a page small: beyond the budget, ordinary items (nothing marked, held, open, failed or slow) that
 * lie close together on a lane become one group each. What a reader looks for stays one by one, as far as
 * the budget goes.
 */
export function withinBudget(items: PictureItem[], budget = itemBudget): PictureItem[] {
  if (items.length <= budget) return items;
  const span = Math.max(1, ...[items.at(-1)?.end ?? 1]);
  const binUs = Math.max(1, Math.ceil(span / (budget / 16)));
  const kept: PictureItem[] = [];
  const groups = new Map<string, PictureItem>();
  for (const item of items) {
    if (item.mark !== 'none' || (isRemarkable(item) && kept.length < budget / 2)) {
      kept.push(item);
      continue;
    }
    const key = `${item.lane}/${item.kind}/${Math.floor(item.start / binUs)}`;
    const group = groups.get(key);
    if (group) {
      group.end = Math.max(group.end, item.end);
      group.count += 1;
    } else {
      groups.set(key, { ...item, command: null, apply: null, open: false, held: false });
    }
  }
  // A group of one is the item itself.
  return [...kept, ...groups.values()].sort((a, b) => a.start - b.start);
}

function isRemarkable(item: PictureItem): boolean {
  const failed = item.apply?.failed === true || (item.command?.status ?? 0) !== 0;
  return item.open || item.held || failed || item.end - item.start > ordinaryUs;
}
