/** Writes unsigned integers in as few bytes as they need (LEB128), into a buffer that grows. */
export class VarintWriter {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;

  /** @param value a whole number from 0 to 2^53 − 1. */
  write(value: number): void {
    if (this.length + 8 > this.bytes.length) {
      const grown = new Uint8Array(this.bytes.length * 2);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** Everything written, as base64. */
  toBase64(): string {
    return base64(this.bytes.subarray(0, this.length));
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as base64 with padding. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const a = bytes[i] ?? 0;
    const b = bytes[i + 1];
    const c = bytes[i + 2];
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    parts.push(
      alphabet.charAt(bits >> 18) +
        alphabet.charAt((bits >> 12) & 63) +
        (b === undefined ? '=' : alphabet.charAt((bits >> 6) & 63)) +
        (c === undefined ? '=' : alphabet.charAt(bits & 63)),
    );
  }
  return parts.join('');
}
