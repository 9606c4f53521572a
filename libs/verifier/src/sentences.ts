import type { Association, Apply, Command, FrameRef } from '@fenceline/history';

/** English for people, with the numbers. Times go in as ns of the lab's clock. */

/** `14,208 ms`; with three decimals below 10 ms. */
export function inMs(ns: number): string {
  const ms = ns / 1e6;
  return `${Math.abs(ms) < 10 ? trimmed(ms, 3) : grouped(Math.round(ms))} ms`;
}

/** `6.2 s`, or ms below a second. */
export function inSeconds(ns: number): string {
  return Math.abs(ns) < 1e9 ? inMs(ns) : `${trimmed(ns / 1e9, 1)} s`;
}

/** Milliseconds with µs precision, as a witness carries them. */
export function toMs(ns: number): number {
  return Math.round(ns / 1e3) / 1e3;
}

/** `1 write`, `5 writes`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(n)} ${n === 1 ? noun : plural}`;
}

/** `LBA 12` or `LBA 12-15`. */
export function lbas(first: number, last = first): string {
  return first === last ? `LBA ${first}` : `LBA ${first}-${last}`;
}

/** `CID 0x3001`. */
export function cid(command: Command): string {
  return `CID 0x${command.cid.toString(16).padStart(4, '0')}`;
}

/** `path B`, or the words that tell a new association over the same link from the old one. */
export function otherPath(from: Association, to: Association): string {
  return from.link === to.link ? `a new association over path ${to.link}` : `path ${to.link}`;
}

/** `A.host.pcapng#1234`. */
export function atFrame(frame: FrameRef): string {
  return `${frame.file}#${frame.frame}`;
}

/** `journal#17`. */
export function atRequest(apply: Apply): string {
  return `journal#${apply.request}`;
}

function grouped(n: number): string {
  return n.toLocaleString('en-US');
}

function trimmed(n: number, digits: number): string {
  return String(Number(n.toFixed(digits)));
}
