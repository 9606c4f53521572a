import { UsageError } from '../usage-error.js';

/**
 * The address of a service as it is kept and compared: scheme, host and port.
 *
 * @throws UsageError for what is no such address
 */
export function serviceAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw new UsageError(
      `\`${text}\` is not the address of a service, such as http://127.0.0.1:8080.`,
    );
  }
  return url.origin;
}

/** Whether what is sent there can be read on the way. */
export function isExposed(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
