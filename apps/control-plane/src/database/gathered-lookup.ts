interface Question<Value> {
  key: string;
  resolve: (value: Value | null) => void;
  reject: (error: unknown) => void;
}

/**
 * Looks up rows of many who ask at the same time with one statement: what is asked while one runs waits for the next. As
 * every question is answered by a statement that began after it, no answer is older than its question: nothing is cached.
 */
export class GatheredLookup<Value> {
  private waiting: Question<Value>[] = [];
  private running = false;

  /** @param find the values of those keys that there are; each key is in it once */
  constructor(
    private readonly find: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  ) {}

  /** @returns null where there is no such key */
  of(key: string): Promise<Value | null> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (this.running) return;
      this.running = true;
      // After all that has just been read from sockets: requests that came together are looked up together.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const questions = this.waiting;
      this.waiting = [];
      try {
        const found = await this.find([...new Set(questions.map(({ key }) => key))]);
        for (const { key, resolve } of questions) resolve(found.get(key) ?? null);
      } catch (error) {
        for (const { reject } of questions) reject(error);
      }
    }
    this.running = false;
  }
}
