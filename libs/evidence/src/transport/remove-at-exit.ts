import { rmSync } from 'node:fs';

const paths = new Set<string>();

/**
 * Has a file or folder removed when this process ends in order, `process.exit` included, until the returned
 * function is called.
 */
export function removeAtExit(path: string): () => void {
  if (paths.size === 0) process.on('exit', removeAll);
  paths.add(path);
  return () => {
    paths.delete(path);
    if (paths.size === 0) process.off('exit', removeAll);
  };
}

function removeAll(): void {
  for (const path of paths) {
    try {
      // Another thread may still be making a file in it: the last one that it makes.
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // The process ends: nobody can be told.
    }
  }
}
