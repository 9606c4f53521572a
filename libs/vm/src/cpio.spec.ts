import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CpioEntry } from './cpio.js';
import { cpioChunks } from './cpio.js';

const archive = (entries: Iterable<CpioEntry>): Buffer => Buffer.concat([...cpioChunks(entries)]);
const file = (path: string, text = ''): CpioEntry => ({
  type: 'file',
  path,
  mode: 0o644,
  content: Buffer.from(text),
});

/** Names, modes and contents, read back by the rules of the format. */
function parse(bytes: Buffer): { name: string; mode: number; content: string }[] {
  const members = [];
  for (let at = 0; ;) {
    expect(bytes.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number): number =>
      Number.parseInt(bytes.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const nameAt = at + 110;
    const name = bytes.toString('utf8', nameAt, nameAt + field(11) - 1);
    const dataAt = Math.ceil((nameAt + field(11)) / 4) * 4;
    if (name === 'TRAILER!!!') return members;
    expect([field(2), field(3), field(5)]).toEqual([0, 0, 0]); // root, root, time 0
    members.push({
      name,
      mode: field(1),
      content: bytes.toString('utf8', dataAt, dataAt + field(6)),
    });
    at = Math.ceil((dataAt + field(6)) / 4) * 4;
  }
}

describe('the archive of a guest image', () => {
  it('holds files, links and devices, with the folders that they need', () => {
    const members = parse(
      archive([
        file('usr/bin/tool', 'text'),
        { type: 'symlink', path: 'bin', mode: 0o777, target: 'usr/bin' },
        { type: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
      ]),
    );
    expect(members).toEqual([
      { name: 'bin', mode: 0o120777, content: 'usr/bin' },
      { name: 'dev', mode: 0o040755, content: '' },
      { name: 'dev/console', mode: 0o020600, content: '' },
      { name: 'usr', mode: 0o040755, content: '' },
      { name: 'usr/bin', mode: 0o040755, content: '' },
      { name: 'usr/bin/tool', mode: 0o100644, content: 'text' },
    ]);
  });

  it('is the same bytes whatever the order of its entries', () => {
    const paths = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}\.x$/), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        paths.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const one = archive(list.map((path) => file(path, path)));
          expect(archive(shuffled.map((path) => file(path, path))).equals(one)).toBe(true);
          expect(one.length % 512).toBe(0);
          expect(parse(one).filter(({ content }) => content !== '')).toHaveLength(list.length);
        },
      ),
    );
  });

  it('refuses paths that lead elsewhere, and two files at one place', () => {
    for (const path of ['/etc/x', '../x', 'a//b', 'a/./b', '', 'a\0b']) {
      expect(() => archive([file(path)]), path).toThrow(/cannot be a path/);
    }
    expect(() => archive([file('a'), file('a')])).toThrow(/a twice/);
    expect(() => archive([file('a'), file('a/b')])).toThrow(/a\/b inside of a/);
  });

  it('is read by cpio where that is installed', ({ skip }) => {
    let listing: string;
    try {
      listing = execFileSync('cpio', ['-itv', '--quiet'], {
        input: archive([file('etc/role', 'host\n')]),
      }).toString();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return skip();
      throw error;
    }
    expect(listing).toMatch(/^-rw-r--r-- +1 root +root +5 .*1970 etc\/role$/m);
  });
});
