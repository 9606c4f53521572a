/** Position of the first item of a list that starts at or after `t`, or the list's length. Runs in the browser. */
export function firstFrom(list: readonly ({ start: number } | { t: number })[], t: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle]!;
    if (('t' in item ? item.t : item.start) < t) low = middle + 1;
    else high = middle;
  }
  return low;
}
