/**
 * SQL for the key of a blob's advisory lock: shared by the transactions that give it an artifact, alone by the one that
 * removes it.
 *
 * @param hash SQL for the SHA-256 in hex digits
 */
export function blobLock(hash: string): string {
  return `hashtextextended('fenceline blob ' || ${hash}, 0)`;
}
