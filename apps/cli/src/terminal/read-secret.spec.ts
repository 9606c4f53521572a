import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { readSecret } from './read-secret.js';

class TestKeyboard extends PassThrough {
  readonly raw: boolean[] = [];
  setRawMode(on: boolean): this {
    this.raw.push(on);
    return this;
  }
}

async function type(...pieces: string[]) {
  const keyboard = new TestKeyboard();
  const screen = new PassThrough();
  const reading = readSecret('Token: ', keyboard, screen).finally(() => screen.end());
  for (const piece of pieces) keyboard.write(piece);
  const secret = await reading.catch((error: unknown) => error);
  return { secret, raw: keyboard.raw, shown: (await screen.toArray()).join('') };
}

describe('readSecret', () => {
  it('shows nothing of what is typed', async () => {
    expect(await type('flt_', 'abc\r')).toEqual({
      secret: 'flt_abc',
      raw: [true, false],
      shown: 'Token: \n',
    });
  });

  it('takes typed characters back', async () => {
    expect((await type('wrong\u0015flt_x\u007fy\n')).secret).toBe('flt_y');
  });

  it('can be given up, and leaves the terminal as it was', async () => {
    for (const key of ['\u0003', '\u0004']) {
      const { secret, raw } = await type('flt_', key);
      expect(secret).toBeInstanceOf(UsageError);
      expect(raw).toEqual([true, false]);
    }
  });
});
