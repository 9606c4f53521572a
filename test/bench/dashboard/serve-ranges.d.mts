export interface ServedTimeline {
  url: string;
  /** Bytes of the timeline. */
  size: number;
  /** What was sent of it so far. */
  sent: { bytes: number; requests: number };
  close(): Promise<void>;
}
export function serveRanges(page: string, timeline: string): Promise<ServedTimeline>;
