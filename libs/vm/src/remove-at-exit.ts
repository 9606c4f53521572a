import { rmSync } from 'node:fs';

const folders = new Set<string>();

/**
 * Has a folder removed when this process ends in order, `process.exit` included, until the returned
 * function is called. What a killed process leaves is found by leftovers.ts.
 */
export function removeAtExit(folder: string): () => void {
  if (folders.size === 0) process.on('exit', removeAll);
  folders.add(folder);
  return () => {
    folders.delete(folder);
    if (folders.size === 0) process.off('exit', removeAll);
  };
}

function removeAll(): void {
  for (const folder of folders) {
    try {
      // What was killed a moment ago may still be writing there.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    } catch {
      // The process ends: nobody can be told, and the next run looks for it.
    }
  }
}
