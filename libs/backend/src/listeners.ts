/** Typed listeners: event name → what a listener is called with. */
export class Listeners<Events> {
  readonly #lists = new Map<keyof Events, ((value: never) => void)[]>();

  /** Adds a listener; returns what removes it. */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    this.#lists.set(name, [...(this.#lists.get(name) ?? []), listener]);
    return () => {
      this.#lists.set(
        name,
        (this.#lists.get(name) ?? []).filter((other) => other !== listener),
      );
    };
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    const list = this.#lists.get(name) as ((value: Events[Name]) => void)[] | undefined;
    if (list !== undefined) for (const listener of list) listener(value);
  }
}
