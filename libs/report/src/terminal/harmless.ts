/**
 * Makes text that others wrote harmless on a terminal: control characters, which could move the cursor or
 * colour what follows, become the replacement character.
 */
export function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
