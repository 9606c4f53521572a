/**
 * The picture is laid out in sixteenths of a rem, which is larger where screens are looked at from further away: so many px
 * are one of them.
 */
export function unit(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

/** A length of the picture for a style. */
export const rem = (length: number): string => `${length / 16}rem`;
