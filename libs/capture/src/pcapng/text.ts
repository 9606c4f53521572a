/**
 * UTF-8 for option values. Every host of this code has these two classes, but they are part of the Web's
 * types and not of ES2023's, and this library is compiled without either host's types.
 */
declare const TextEncoder: new () => {
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
};
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

export const utf8Encoder = new TextEncoder();
export const utf8Decoder = new TextDecoder();
