import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Margin } from '@fenceline/contracts';
import { expect } from 'vitest';

/** A line of a guest's console that tells of a fence. */
interface Mark {
  /** When we read it, in ms of the lab's clock: a moment after it was printed. */
  ms: number;
  /** When the kernel printed it, in ms of its own clock. */
  guestMs: number;
  text: string;
}

/** How far the two clocks and a busy guest may take apart what is one moment, in ms. */
const toleranceMs = 1000;

const marks = {
  begun: /nvme nvme0: starting controller fencing/,
  asked: /nvme nvme0: attempting CCR/,
  succeeded: /nvme nvme0: CCR succeeded using nvme1/,
  failed: /nvme nvme0: CCR failed, switch to time-based recovery, timeout = (\d+)ms/,
  finished: /nvme nvme0: Time-based recovery finished/,
} as const;

/**
 * Expects what a verdict says of a fence to agree with what the host's kernel said of it on its console: how it
 * ended, in which order, and when. The kernel knows nothing of our captures, and we nothing of its log.
 */
export async function expectKernelToAgree(evidence: string, margin: Margin): Promise<void> {
  const console = await readConsole(join(evidence, 'consoles', `${margin.host}.log`));
  const retryMs = margin.fenceEndMs + margin.firstRetryMinusFenceEndMs!;
  const begun = only(console, marks.begun);
  const asked = only(console, marks.asked);
  // Its sockets are aborted, which is the give-up on the wire, as the fence begins.
  expectNear(begun.ms, margin.giveUpMs, 'the fence begins');
  expect(asked.ms).toBeLessThanOrEqual(retryMs + toleranceMs);
  const ended = margin.fenceEndBy === 'ccr' ? marks.succeeded : marks.finished;
  const other = margin.fenceEndBy === 'ccr' ? marks.finished : marks.succeeded;
  expect(matching(console, other)).toEqual([]);
  const end = only(console, ended);
  expectNear(end.ms, retryMs, 'the first retry comes with its end');
  // Both clocks measure the same fence.
  expectNear(end.guestMs - begun.guestMs, retryMs - margin.giveUpMs, 'the fence lasts');
  if (margin.fenceEndBy === 'ccr') {
    expect(matching(console, marks.failed)).toEqual([]);
    // Caused by what was delivered to it.
    expect(end.ms).toBeGreaterThanOrEqual(margin.fenceEndMs);
    expectNear(end.ms, margin.fenceEndMs, 'the success is delivered');
  } else {
    const failed = only(console, marks.failed);
    const heldMs = Number(marks.failed.exec(failed.text)![1]);
    expect(end.guestMs - failed.guestMs).toBeGreaterThanOrEqual(heldMs);
    expect(end.ms).toBeGreaterThanOrEqual(margin.fenceEndMs);
  }
}

async function readConsole(file: string): Promise<Mark[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [, ns, seconds, text] = /^(\d+) \[ *(\d+\.\d+)\] (.*)$/.exec(line) ?? [];
    if (text === undefined) return [];
    return [{ ms: Number(ns) / 1e6, guestMs: Number(seconds) * 1000, text }];
  });
}

function matching(console: readonly Mark[], pattern: RegExp): Mark[] {
  return console.filter(({ text }) => pattern.test(text));
}

function only(console: readonly Mark[], pattern: RegExp): Mark {
  const found = matching(console, pattern);
  expect(found, `lines of the console that match ${String(pattern)}`).toHaveLength(1);
  return found[0]!;
}

function expectNear(kernelMs: number, oursMs: number, what: string): void {
  const apart = Math.abs(kernelMs - oursMs);
  expect(apart, `${what}: ${kernelMs} ms by the kernel, ${oursMs} ms by us`).toBeLessThan(
    toleranceMs,
  );
}
