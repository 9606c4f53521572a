/**
 * Text of an IP address of 4 or 16 bytes at `offset`: dotted decimal, or RFC 5952 (lower case, the
 * longest run of two or more zero groups as `::`).
 */
export function formatAddress(bytes: Uint8Array, offset: number, length: number): string {
  if (length === 4) {
    return `${bytes[offset]!}.${bytes[offset + 1]!}.${bytes[offset + 2]!}.${bytes[offset + 3]!}`;
  }
  const groups: string[] = [];
  for (let at = offset; at < offset + 16; at += 2) {
    groups.push(((bytes[at]! << 8) | bytes[at + 1]!).toString(16));
  }
  let start = -1;
  let longest = 1;
  for (let first = 0; first < groups.length; first++) {
    let run = 0;
    while (groups[first + run] === '0') run++;
    if (run > longest) {
      longest = run;
      start = first;
    }
  }
  if (start === -1) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + longest).join(':')}`;
}
