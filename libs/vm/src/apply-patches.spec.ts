import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPatches, patchTroubles } from './apply-patches.js';
import { testFolder } from './folder.testing.js';

const source = Array.from({ length: 30 }, (_, line) => `line ${line + 1}\n`).join('');

/** A patch that changes one line of `file`, whose neighbours it takes to be `before` and `after`. */
function patch(file: string, line: number, before = `line ${line - 1}`): string {
  return [
    `diff --git a/${file} b/${file}`,
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -${line - 1},3 +${line - 1},3 @@ some_function()`,
    ` ${before}`,
    `-line ${line}`,
    `+LINE ${line}`,
    ` line ${line + 1}`,
    '',
  ].join('\n');
}

async function tree(patches: Record<string, string>): Promise<{ tree: string; paths: string[] }> {
  const folder = await testFolder({ 'tree/drivers/a.c': source, ...patches });
  return {
    tree: join(folder, 'tree'),
    paths: Object.keys(patches).map((name) => join(folder, name)),
  };
}

describe('applying a patch series', () => {
  it('applies each patch in order, and tells which', async () => {
    const { tree: folder, paths } = await tree({
      '0001-five.patch': patch('drivers/a.c', 5),
      '0002-again.patch': patch('drivers/a.c', 20),
    });
    const told: string[] = [];
    await applyPatches(folder, paths, (message) => told.push(message));
    const text = await readFile(join(folder, 'drivers/a.c'), 'utf8');
    expect(text).toBe(source.replace('line 5\n', 'LINE 5\n').replace('line 20\n', 'LINE 20\n'));
    expect(told).toEqual([
      'applying 0001-five.patch (1 of 2)',
      'applying 0002-again.patch (2 of 2)',
    ]);
  });

  it('names patch, hunk, line and file that do not fit, and takes no neighbour that differs', async () => {
    const { tree: folder, paths } = await tree({
      '0001-five.patch': patch('drivers/a.c', 5),
      '0002-other.patch': patch('drivers/a.c', 20, 'another neighbour'),
    });
    await expect(applyPatches(folder, paths, () => undefined)).rejects.toThrow(
      '0002-other.patch does not apply: hunk 1 at line 19 of drivers/a.c.',
    );
  });

  it('says which file is not there, and what is applied already', async () => {
    const missing = await tree({ '0001-b.patch': patch('drivers/b.c', 5) });
    await expect(applyPatches(missing.tree, missing.paths, () => undefined)).rejects.toThrow(
      '0001-b.patch does not apply: there is no file drivers/b.c.',
    );
    const twice = await tree({
      '0001-five.patch': patch('drivers/a.c', 5),
      '0002-five.patch': patch('drivers/a.c', 5),
    });
    await expect(applyPatches(twice.tree, twice.paths, () => undefined)).rejects.toThrow(
      '0002-five.patch does not apply: drivers/a.c has it already.',
    );
  });

  it('reads every trouble of a patch with several files', () => {
    const said = [
      'patching file drivers/nvme/target/admin-cmd.c',
      'Hunk #3 FAILED at 422.',
      'Hunk #4 succeeded at 1076 (offset -4 lines).',
      '1 out of 4 hunks FAILED',
      'patching file drivers/nvme/target/nvmet.h',
      'Hunk #2 FAILED at 198.',
    ];
    expect(patchTroubles(said.join('\n'))).toEqual([
      'hunk 3 at line 422 of drivers/nvme/target/admin-cmd.c',
      'hunk 2 at line 198 of drivers/nvme/target/nvmet.h',
    ]);
  });
});
