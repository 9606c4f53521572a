import type { Socket } from 'node:net';
import { messageOf, VmError } from './vm-error.js';

/** A JSON object as QEMU and the guest agent send it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The longest answer that is taken: an agent may send 16 MiB of captured output in base64, twice. */
const MAX_LINE = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
/** The agent puts it before an answer to `guest-sync-delimited`: whatever came before is old. */
const DELIMITER = 0xff;

/** Whether a value is an object with string keys. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * One JSON object a line over a socket, both ways. Tells its user of every object that comes, with
 * the line that it came in, and once of the end.
 */
export class JsonLines {
  readonly #socket: Socket;
  readonly #parts: Buffer[] = [];
  #length = 0;
  #ended = false;

  constructor(
    socket: Socket,
    user: {
      object: (object: JsonObject, line: string) => void;
      end: (reason: VmError) => void;
    },
  ) {
    this.#socket = socket;
    const end = (reason: string): void => {
      if (this.#ended) return;
      this.#ended = true;
      socket.destroy();
      user.end(new VmError(reason));
    };
    const line = (bytes: Buffer): void => {
      const text = bytes
        .subarray(bytes.lastIndexOf(DELIMITER) + 1)
        .toString('utf8')
        .trim();
      if (text === '') return;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (error) {
        end(`it sent a line that is not JSON: ${messageOf(error)}`);
        return;
      }
      if (isJsonObject(value)) user.object(value, text);
      else end('it sent a line that is not a JSON object');
    };
    socket.on('data', (chunk: Buffer) => {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        this.#parts.push(chunk.subarray(from, at));
        const whole = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
        this.#parts.length = 0;
        this.#length = 0;
        from = at + 1;
        if (this.#ended) return;
        line(whole);
      }
      if (from < chunk.length) {
        this.#parts.push(chunk.subarray(from));
        this.#length += chunk.length - from;
        if (this.#length > MAX_LINE)
          end(`it sent more than ${MAX_LINE} bytes without an end of line`);
      }
    });
    socket.on('error', (error) => end(`the connection failed: ${error.message}`));
    socket.on('close', () => end('the connection was closed'));
  }

  /** Sends an object; `delimited` puts the agent's reset byte before it. */
  send(object: JsonObject, delimited = false): void {
    const text = Buffer.from(`${JSON.stringify(object)}\n`);
    this.#socket.write(delimited ? Buffer.concat([Buffer.of(DELIMITER), text]) : text);
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.destroy();
  }
}
