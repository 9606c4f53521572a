import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the benchmark that says {ready} once and answers a message with {done}. */
export class Child {
  #process;

  constructor(script, args) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#process = fork(path, args, { serialization: 'advanced' });
    this.ready = this.#answer('ready');
  }

  tell(message) {
    this.#process.send(message);
  }

  ask(message) {
    const answer = this.#answer('done');
    this.tell(message);
    return answer;
  }

  async close() {
    const exit = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    await exit;
  }

  #answer(key) {
    return new Promise((resolve, reject) => {
      const onExit = (code) => reject(new Error(`a process of the benchmark ended with ${code}`));
      const onMessage = (message) => {
        if (!(key in message)) return;
        this.#process.off('exit', onExit);
        this.#process.off('message', onMessage);
        resolve(message[key]);
      };
      this.#process.on('message', onMessage);
      this.#process.once('exit', onExit);
    });
  }
}
