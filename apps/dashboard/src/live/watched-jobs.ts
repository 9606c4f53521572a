/** How long what a tab said it watches holds, ms. */
export const watchHoldsMs = 30_000;

/** The jobs whose live parts some tab shows. A tab that says nothing for a while is taken for closed. */
export class WatchedJobs {
  private readonly tabs = new Map<string, { jobIds: readonly string[]; until: number }>();

  /** @param now ms */
  tell(tab: string, jobIds: readonly string[], now: number): void {
    if (jobIds.length === 0) this.tabs.delete(tab);
    else this.tabs.set(tab, { jobIds, until: now + watchHoldsMs });
  }

  /** At most `limit`, those that were told first. */
  list(now: number, limit: number): string[] {
    for (const [tab, { until }] of this.tabs) {
      if (until <= now) this.tabs.delete(tab);
    }
    return [...new Set([...this.tabs.values()].flatMap(({ jobIds }) => jobIds))]
      .slice(0, limit)
      .sort();
  }
}
