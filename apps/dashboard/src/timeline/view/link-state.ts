import type { Window } from './window.js';

/** A command or an apply by its number in the history, with its start, by which it is found. */
export interface ItemRef {
  apply: boolean;
  id: number;
  /** µs */
  start: number;
}

/** What of a timeline stands in the address of its page, so that a link shows the same again. */
export interface LinkState {
  window: Window | null;
  /** Position of a finding in the verdict. */
  finding: number | null;
  item: ItemRef | null;
  query: string;
}

const keys = { window: 't', finding: 'finding', item: 'item', query: 'find' } as const;

/** Whatever stands there is taken as far as it is right: addresses are typed, cut and mailed. */
export function readLink(params: URLSearchParams): LinkState {
  const span = /^(\d+(?:\.\d{1,3})?)-(\d+(?:\.\d{1,3})?)$/.exec(params.get(keys.window) ?? '');
  const [from, to] = [Number(span?.[1]), Number(span?.[2])];
  const finding = /^\d{1,9}$/.exec(params.get(keys.finding) ?? '');
  const item = /^([ca])(\d{1,10})@(\d+(?:\.\d{1,3})?)$/.exec(params.get(keys.item) ?? '');
  return {
    window: span !== null && to > from ? { from, to } : null,
    finding: finding === null ? null : Number(finding[0]),
    item:
      item === null
        ? null
        : { apply: item[1] === 'a', id: Number(item[2]), start: Number(item[3]) },
    query: (params.get(keys.query) ?? '').slice(0, 100),
  };
}

/** Puts the state into the parameters of an address and leaves all others there as they are. */
export function writeLink(params: URLSearchParams, state: LinkState): void {
  const { window, finding, item, query } = state;
  const set = (key: string, value: string | null): void => {
    if (value === null || value === '') params.delete(key);
    else params.set(key, value);
  };
  set(keys.window, window && `${us(window.from)}-${us(window.to)}`);
  set(keys.finding, finding === null ? null : `${finding}`);
  set(keys.item, item && `${item.apply ? 'a' : 'c'}${item.id}@${us(item.start)}`);
  set(keys.query, query);
}

/** µs with as many of their three decimals as they need. */
const us = (time: number): string => String(Number(time.toFixed(3)));
