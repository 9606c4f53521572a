import { sendAgain, landAt } from './edit.testing.js';
import type { Failover, Sending, Story } from './story.testing.js';

/** Scenes on a block of their own, which a mutation adds where no part of a story will do. Times in ms. */

/** A block that nobody else writes. */
export const sceneLba = 5000;

export interface Scene {
  failover: Failover;
  original: Sending;
  retry: Sending;
  newer: Sending;
}

/**
 * A write that came to the node just before the host fence end, so that the target's bound is long after it; its
 * retry, and a newer write. The original is not applied yet. Needs a fence by time, and TBKAS.
 */
export function lateArrival(story: Story): Scene {
  const failover = story.random.pick(story.failovers);
  const { hostEnd } = failover;
  return playScene(story, failover, hostEnd - 2, hostEnd);
}

/** A held write whose retry, and a newer write after it, go while the target may still apply the original. */
export function hastyHost(story: Story): Scene {
  const failover = story.random.pick(story.failovers);
  const { lostAt } = failover;
  const scene = playScene(story, failover, lostAt - 10, lostAt + 50);
  landAt(scene.original.apply!, lostAt + 80);
  return scene;
}

function playScene(story: Story, failover: Failover, complete: number, retryAt: number): Scene {
  const { builder } = story;
  const { lost, other, lostAt } = failover;
  const bytes = story.ownBytes(1);
  const command = builder.command(lost, { lba: sceneLba, bytes, sent: lostAt - 20, complete });
  const original = { command, apply: builder.apply(command, { applied: null }) };
  const retry = sendAgain(story, other, sceneLba, command.payloads, retryAt);
  const newer = story.quickWrite(other, sceneLba, story.ownBytes(1), retryAt + 20);
  return { failover, original, retry, newer };
}
