import type { Apply, Command, History } from '@fenceline/history';
import { itemKinds, type ItemKind, type ItemMark } from './picture.js';
import { us } from './us.js';

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
  /** The shortest and the longest time from sent to answered in it, in µs; −1 where nothing was answered. */
  shortest: number;
  longest: number;
  command: Command | null;
  apply: Apply | null;
}

/** How many commands and applies a page shows one by one; beyond, the ordinary ones are grouped. */
export const itemBudget = 80_000;

const asynchronousEventRequest = 0x0c;
const ordinaryUs = 50_000;

/** Where things are drawn: the lane of a queue by its association, the lane of a node by its name. */
export interface LaneOf {
  queue: (association: number, qid: number) => number;
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
    const start = us(command.sentAt);
    const took = answered ? us(command.answeredAt) - start : -1;
    items.push({
      lane: lanes.queue(command.association, command.qid),
      kind: admin ? 'admin' : commandKind(command),
      mark: marks.get(command) ?? 'none',
      start,
      end: answered ? us(command.answeredAt) : waits ? start : us(last),
      open: !answered && !waits,
      held: false,
      count: 1,
      shortest: took,
      longest: took,
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
      shortest: -1,
      longest: -1,
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
 * Keeps a page small: beyond the budget, ordinary items (nothing marked, held, open, failed or slow, and not
 * around a moment that a finding cites) that lie close together on a lane become one group each. What a
 * reader looks for stays one by one, as far as the budget goes.
 */
export function withinBudget(items: PictureItem[], budget = itemBudget): PictureItem[] {
  if (items.length <= budget) return items;
  const span = items.reduce((last, item) => Math.max(last, item.end), 1);
  const lanes = items.reduce((most, item) => Math.max(most, item.lane + 1), 1);
  const bins = Math.max(1, Math.floor(budget / 2 / lanes));
  const near = neighbourhood(items);
  const kept: PictureItem[] = [];
  const groups = new Map<number, PictureItem>();
  for (const item of items) {
    const wanted = isRemarkable(item) || near(item.start);
    if (item.mark !== 'none' || (wanted && kept.length < budget / 2)) {
      kept.push(item);
      continue;
    }
    const bin = Math.floor((item.start / (span + 1)) * bins);
    const key = (bin * lanes + item.lane) * itemKinds.length + itemKinds.indexOf(item.kind);
    const group = groups.get(key);
    if (group) {
      group.end = Math.max(group.end, item.end);
      group.count += 1;
      if (item.shortest >= 0) {
        group.shortest =
          group.shortest < 0 ? item.shortest : Math.min(group.shortest, item.shortest);
        group.longest = Math.max(group.longest, item.longest);
      }
      group.command = group.apply = null;
      group.open = group.held = false;
    } else {
      groups.set(key, { ...item });
    }
  }
  return [...kept, ...groups.values()].sort((a, b) => a.start - b.start);
}

const neighbourhoodUs = 100_000;

/** Whether a time is close to the start or the end of something marked. */
function neighbourhood(items: readonly PictureItem[]): (t: number) => boolean {
  const cells = new Set<number>();
  for (const { mark, start, end } of items) {
    if (mark === 'none') continue;
    for (const t of [start, end]) cells.add(Math.floor(t / neighbourhoodUs));
  }
  return (t) => {
    const cell = Math.floor(t / neighbourhoodUs);
    return cells.has(cell) || cells.has(cell - 1) || cells.has(cell + 1);
  };
}

function isRemarkable(item: PictureItem): boolean {
  const failed = item.apply?.failed === true || (item.command?.status ?? 0) !== 0;
  return item.open || item.held || failed || item.end - item.start > ordinaryUs;
}
