import { UsageError } from '../usage-error.js';

/** What is needed of a terminal to read from it, such as `process.stdin`. */
export interface Keyboard {
  setRawMode(on: boolean): unknown;
  on(event: 'data', take: (bytes: Buffer) => void): unknown;
  off(event: 'data', take: (bytes: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/**
 * Asks for a secret on a terminal, which does not show what is typed.
 *
 * @throws UsageError when it is given up with Ctrl-C or Ctrl-D
 */
export async function readSecret(
  prompt: string,
  input: Keyboard,
  output: NodeJS.WritableStream,
): Promise<string> {
  output.write(prompt);
  input.setRawMode(true);
  try {
    return await typedLine(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    output.write('\n');
  }
}

/** The bytes up to Enter; Backspace takes one away, Ctrl-U all of them. */
async function typedLine(input: Keyboard): Promise<string> {
  return await new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void): void => {
      input.off('data', take);
      settle();
    };
    const take = (bytes: Buffer): void => {
      for (const character of bytes.toString()) {
        if (character === '\r' || character === '\n') return end(() => resolve(typed));
        if (character === '\u0003' || character === '\u0004') {
          return end(() => reject(new UsageError('No token was given.')));
        }
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else if (character === '\u0015') typed = '';
        else typed += character;
      }
    };
    input.on('data', take);
    input.resume();
  });
}
