/** The most associations that are remembered, for I/O queues that join one. */
const MAX_REMEMBERED = 65_536;

/** Numbers the associations of a capture: an admin Connect begins one, the Connects of I/O queues join it. */
export class Associations {
  #count = 0;
  readonly #byController = new Map<string, number>();

  /** An admin queue was connected: a new association. */
  open(): number {
    return ++this.#count;
  }

  /** Its controller is known now. */
  name(association: number, key: string): void {
    this.#byController.delete(key);
    this.#byController.set(key, association);
    if (this.#byController.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#byController.keys()) {
      this.#byController.delete(oldest);
      return;
    }
  }

  /** The association that an I/O queue joins; a new one where its admin Connect was not captured. */
  join(key: string): number {
    const known = this.#byController.get(key);
    if (known !== undefined) return known;
    const association = this.open();
    this.name(association, key);
    return association;
  }
}

/** What tells controllers apart: host, subsystem, CNTLID, and where the controller is. */
export function controllerKey(
  hostNqn: string,
  subsystemNqn: string,
  cntlid: number,
  target: string,
): string {
  return `${hostNqn} ${subsystemNqn} ${cntlid} ${target}`;
}
