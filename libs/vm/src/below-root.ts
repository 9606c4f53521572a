import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './vm-error.js';

const MAX_LINKS = 40;

/**
 * Where an absolute path leads when `root` is taken for the root folder: links are followed as a
 * guest with that root would follow them, so none leads out of it. Undefined when nothing is there.
 */
export async function resolveBelow(root: string, path: string): Promise<string | undefined> {
  const waiting = path.split('/').reverse();
  let at: string[] = [];
  let links = 0;
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at.pop();
      continue;
    }
    const here = join(root, ...at, part);
    let isLink: boolean;
    try {
      isLink = (await lstat(here)).isSymbolicLink();
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
    if (!isLink) {
      at.push(part);
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    const target = await readlink(here);
    if (target.startsWith('/')) at = [];
    waiting.push(...target.split('/').reverse());
  }
  return join(root, ...at);
}
