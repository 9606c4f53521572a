import type { Socket } from 'node:net';
import type { JsonObject } from './json-lines.js';
import { isJsonObject, JsonLines } from './json-lines.js';
import { VmError } from './vm-error.js';

/** An event of QEMU, such as `SHUTDOWN` or `VSERPORT_CHANGE`. */
export interface QmpEvent {
  event: string;
  data: JsonObject;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: VmError) => void;
  timer: NodeJS.Timeout;
  command: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * A client of the QEMU Machine Protocol (QEMU: docs/interop/qmp-spec.rst): commands with answers,
 * each within a bound, and events.
 */
export class QmpClient {
  readonly #lines: JsonLines;
  readonly #name: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #greeting: Promise<void>;
  #greeted: () => void = () => undefined;
  #failed: (error: VmError) => void = () => undefined;
  #ended: VmError | undefined;
  #nextId = 1;

  /**
   * @param name of the VM, for errors
   * @param socket connected to QEMU's monitor
   */
  constructor(name: string, socket: Socket) {
    this.#name = name;
    this.#greeting = new Promise((resolve, reject) => {
      this.#greeted = resolve;
      this.#failed = reject;
    });
    // Who waits for the greeting sees its failure; nobody has to wait for it.
    this.#greeting.catch(() => undefined);
    this.#lines = new JsonLines(socket, {
      object: (object) => this.#receive(object),
      end: (reason) => this.#end(reason),
    });
  }

  /** Waits for QEMU's greeting and leaves the negotiation of capabilities. */
  async negotiate(timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<void> {
    const timer = setTimeout(() => {
      this.#failed(new VmError(`QEMU of ${this.#name} sent no greeting within ${timeoutMs} ms.`));
    }, timeoutMs);
    try {
      await this.#greeting;
    } finally {
      clearTimeout(timer);
    }
    await this.execute('qmp_capabilities', {}, timeoutMs);
  }

  /**
   * Executes a command and gives back what it returned.
   *
   * @throws VmError when QEMU answers with an error, does not answer in time, or is gone
   */
  async execute(
    command: string,
    args: JsonObject = {},
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
  ): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#nextId++;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(
          new VmError(`QEMU of ${this.#name} did not answer ${command} within ${timeoutMs} ms.`),
        );
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer, command });
      this.#lines.send({ execute: command, arguments: args, id });
    });
  }

  /** Listens to events until the returned function is called. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Ends the connection; commands still waiting fail. */
  close(): void {
    this.#lines.close();
  }

  #receive(object: JsonObject): void {
    if ('QMP' in object) {
      this.#greeted();
      return;
    }
    if (typeof object['event'] === 'string') {
      const data = isJsonObject(object['data']) ? object['data'] : {};
      for (const listener of this.#listeners) listener({ event: object['event'], data });
      return;
    }
    const waiting = this.#waiting.get(Number(object['id']));
    if (waiting === undefined) return;
    this.#waiting.delete(Number(object['id']));
    clearTimeout(waiting.timer);
    const error = object['error'];
    if (isJsonObject(error)) {
      waiting.reject(
        new VmError(`QEMU of ${this.#name} refused ${waiting.command}: ${String(error['desc'])}`),
      );
    } else {
      waiting.resolve(object['return']);
    }
  }

  #end(reason: VmError): void {
    const error = new VmError(`QEMU of ${this.#name} is gone: ${reason.message}`);
    this.#ended = error;
    this.#failed(error);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}
