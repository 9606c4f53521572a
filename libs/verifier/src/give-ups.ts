import { never, type Association, type History } from '@fenceline/history';

/** An association that its host gave up while the experiment ran. */
export interface GiveUp {
  association: Association;
  /** In ns. */
  at: number;
}

/**
 * When each association was given up, by its number; `never` for one that was not. The first of FIN or RST
 * on any of its connections, the target's RST that left the host none, a CCR naming it, and a retry of one of its
 * outstanding commands elsewhere.
 *
 * A retry counts only when it is certain: equal bytes written twice over two paths are no give-up.
 */
export function giveUpTimes(history: History, firstRetryAt: readonly number[]): number[] {
  return history.associations.map((association, id) => {
    // The history takes any equal bytes for a retry, and those may have come before the CCR.
    let at = association.giveUpBy === 'retry' ? association.ccrNamedAt : association.giveUpAt;
    for (const connection of association.connections) at = Math.min(at, connection.hostClosedAt);
    return Math.min(at, association.allResetAt ?? never, firstRetryAt[id]!);
  });
}

/** Give-ups of the experiment itself, in their order. Those from the teardown on are the lab's own. */
export function giveUpsOf(history: History, times: readonly number[]): GiveUp[] {
  const teardown = history.events.find(
    (event) => event.kind === 'phase' && event.phase === 'teardown',
  );
  const end = teardown?.t ?? never;
  return history.associations
    .map((association, id) => ({ association, at: times[id]! }))
    .filter(({ at }) => at < end)
    .sort((a, b) => a.at - b.at);
}
