/**
 * Writes ASCII text into a field.
 *
 * @param length bytes of the field, to be filled up with blanks; without it the rest stays as it is
 */
export function setText(bytes: Uint8Array, at: number, text: string, length = text.length): void {
  for (let i = 0; i < length; i++) bytes[at + i] = i < text.length ? text.charCodeAt(i) : 0x20;
}
