import type { LabEvent } from '@fenceline/contracts';
import type { PartData } from '@fenceline/evidence';

/** Where a lab writes what it records: a folder, or memory. */
export interface Evidence {
  /** Appends an event to the timeline. Never waits and never throws. */
  event(event: LabEvent): void;
  /** Opens the console of a host or node; returns what appends a line of it, read at `t` ns. */
  console(vm: string): Promise<(t: number, text: string) => void>;
  /** Writes a whole part at once. */
  write(part: string, data: PartData): Promise<void>;
  /** Ends the recording: it is complete, and nothing is written any more. */
  seal(): Promise<unknown>;
  /** Ends a recording that did not come to its end, and says why. */
  abandon(because: string): Promise<void>;
}
