/** The bytes of an Ethernet address such as `02:fe:00:00:01:01`. */
export function macBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(':'), (digits) => parseInt(digits, 16));
}

/** The bytes of an IPv4 address in dotted decimal. */
export function ipv4Bytes(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number);
}

/** The 16 bytes of a UUID. */
export function uuidBytes(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, at) => parseInt(digits.slice(at * 2, at * 2 + 2), 16));
}
