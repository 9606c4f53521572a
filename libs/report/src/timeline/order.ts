import type { TimelineItems } from './items.js';

/** The numbers of all items that have a lane, in the order of their starts: four bytes an item. */
export function orderByStart(items: TimelineItems): Uint32Array {
  const starts = new Float64Array(items.count);
  let placed = 0;
  for (let i = 0; i < items.count; i++) {
    const item = items.at(i);
    starts[i] = item === null ? Infinity : item.start;
    if (item !== null) placed += 1;
  }
  const order = Uint32Array.from(starts, (_, i) => i);
  order.sort((a, b) => starts[a]! - starts[b]! || a - b);
  return order.subarray(0, placed);
}
