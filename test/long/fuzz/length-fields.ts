/** A number within bytes. */
export interface LengthField {
  at: number;
  /** Bytes of the number. */
  size: number;
  little: boolean;
  value: number;
}

/**
 * The numbers in an input that look like a length: at an even place, not zero, and no more than the bytes from
 * there to the end. Whatever the format, its lengths are among them.
 */
export function lengthFields(bytes: Uint8Array): LengthField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: LengthField[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 2) {
    for (const little of [true, false]) {
      for (const [size, value] of [
        [2, view.getUint16(at, little)],
        [4, view.getUint32(at, little)],
      ] as const) {
        const isLength = value >= 4 && value <= bytes.length - at;
        if (isLength) fields.push({ at, size, little, value });
      }
    }
  }
  return fields;
}
