import type { Command, History } from '@fenceline/history';
import { hostBlame, targetBlame } from './blame.testing.js';
import { blocksOf } from './blocks.testing.js';
import { decide, foundBy, together, undecided, type Decision } from './decision.testing.js';
import { alteredFrom, appliedTo, candidatesFor } from './every-assignment.testing.js';
import { hostOf, isCertain } from './groupings.testing.js';
import { isOutstandingAt } from './blocks.testing.js';

/**
 * A block of a write was delivered with other bytes than were sent first, or a retry sends some blocks of its
 * original again as they were and others with other bytes.
 */
export function payloadStable(history: History): Decision {
  const writes = history.commands.filter(({ op }) => op === 'write');
  return together([
    decide([null]),
    ...writes.map((command) => {
      const blame = new Set([hostBlame(history.associations[command.association]!)]);
      const isChanged = command.deliveredPayloads?.some((it, i) => it !== command.payloads[i]);
      return decide([isChanged === true ? foundBy([blame]) : null]);
    }),
    ...writes.flatMap((retry) => writes.map((original) => changedInRetry(original, retry))),
  ]);

  function changedInRetry(original: Command, retry: Command): Decision {
    const blocks = [...retry.payloads.keys()];
    const same = blocks.filter((i) => retry.payloads[i] === original.payloads[i]);
    const isPair =
      retry.association !== original.association &&
      hostOf(history, retry) === hostOf(history, original) &&
      retry.slba === original.slba &&
      retry.blocks === original.blocks &&
      isOutstandingAt(original, retry.sentAt);
    if (!isPair || same.length === 0 || same.length === blocks.length) return decide([null]);
    const isRetry = same.some((i) => isCertain(history, retry, retry.slba + i));
    if (!isRetry) return decide([null]);
    return decide([foundBy([new Set([hostBlame(history.associations[retry.association]!)])])]);
  }
}

/** A node applies a request to a block whose bytes no command ever brought to it. */
export function mediumEqualsWire(history: History): Decision {
  return together(
    blocksOf(history).flatMap((block) =>
      appliedTo(history, block).map((apply) => {
        if (candidatesFor(history, apply, block).length > 0) return decide([null]);
        const [from] = alteredFrom(history, apply, block);
        if (from === undefined) return undecided;
        const blame = targetBlame(history.associations[from.association]!);
        return decide([foundBy([new Set([blame])])]);
      }),
    ),
  );
}
