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

/** What is typed up to Enter; Backspace takes a character away, Ctrl-U all of them. */
async function typedLine(input: Keyboard): Promise<string> {
  return await new Promise((resolve, reject) => {
    let typed = '';
    const take = (bytes: Buffer): void => {
      for (const character of bytes.toString()) {
        switch (character) {
          case '\r':
          case '\n':
            input.off('data', take);
            resolve(typed);
            return;
          case ctrl('C'):
          case ctrl('D'):
            input.off('data', take);
            reject(new UsageError('No token was given.'));
            return;
          case ctrl('U'):
            typed = '';
            break;
          case '\b':
          case '\u007f':
            typed = typed.slice(0, -1);
            break;
          default:
            typed += character;
        }
      }
    };
    input.on('data', take);
    input.resume();
  });
}

/** What a key sends while Ctrl is held. */
function ctrl(key: string): string {
  return String.fromCharCode(key.charCodeAt(0) & 0x1f);
}
