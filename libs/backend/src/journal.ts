import type { JournalEncoder } from '@fenceline/capture';

/** Where the backend's records go: they are made with `encoder`, and `touched` is called then. */
export interface Journal {
  readonly encoder: JournalEncoder;
  /** The backlog is at its bound: requests taken now would only make it longer. */
  readonly full: boolean;
  /** Something was recorded. */
  touched(): void;
  /** Records the end; resolves when all is where it belongs. */
  close(t: number): Promise<void>;
}
