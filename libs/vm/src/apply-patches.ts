import { basename } from 'node:path';
import type { Progress } from './cache.js';
import { runCommand } from './command.js';
import { VmError } from './vm-error.js';

/**
 * Applies patches to a source tree, one after the other, exactly: a hunk may lie some lines away from
 * where it says, but its context must agree.
 *
 * @throws VmError naming the patch, and each hunk and file of it that does not fit
 */
export async function applyPatches(
  tree: string,
  patches: readonly string[],
  progress: Progress,
): Promise<void> {
  for (const [index, patch] of patches.entries()) {
    progress(`applying ${basename(patch)} (${index + 1} of ${patches.length})`);
    const { exitCode, stdout, stderr } = await runCommand(
      'patch',
      // --batch: never asks; --forward: a patch that is there already is refused, not undone.
      ['--strip=1', '--fuzz=0', '--batch', '--forward', '--reject-file=-', `--input=${patch}`],
      { cwd: tree },
    );
    if (exitCode === 0) continue;
    const troubles = patchTroubles(stdout.toString());
    const said = troubles.length > 0 ? troubles.join('; ') : stderr.trim() || `exit ${exitCode}`;
    throw new VmError(`${basename(patch)} does not apply: ${said}.`);
  }
}

/** What `patch` says did not fit, as `hunk 2 at line 120 of FILE`. */
export function patchTroubles(output: string): string[] {
  const troubles: string[] = [];
  let file = 'a file that it does not name';
  for (const line of output.split('\n')) {
    const named = /^(?:checking|patching) file '?([^']+?)'?$/.exec(line)?.[1];
    if (named !== undefined) file = named;
    const hunk = /^Hunk #(\d+) FAILED at (\d+)/.exec(line);
    if (hunk !== null) troubles.push(`hunk ${hunk[1]!} at line ${hunk[2]!} of ${file}`);
    const absent = /^\|\+\+\+ (?:b\/)?([^\t ]+)/.exec(line)?.[1];
    if (absent !== undefined) file = absent;
    if (/^No file to patch/.test(line)) troubles.push(`there is no file ${file}`);
    if (/^Reversed \(or previously applied\) patch detected/.test(line)) {
      troubles.push(`${file} has it already`);
    }
  }
  return troubles;
}
