import { describe, expect, it } from 'vitest';
import { isExposed, serviceAddress } from './service-address.js';

describe('serviceAddress', () => {
  it('is scheme, host and port alone', () => {
    expect(serviceAddress('http://127.0.0.1:8080/#code')).toBe('http://127.0.0.1:8080');
    expect(serviceAddress('https://Fenceline.Example')).toBe('https://fenceline.example');
  });

  it('refuses what is none, and passwords', () => {
    for (const text of ['', 'localhost:8080', 'ftp://a', 'http://me:secret@a']) {
      expect(() => serviceAddress(text), text).toThrow('http://127.0.0.1:8080');
    }
  });

  it('knows what is sent in the clear over a network', () => {
    const exposed = [
      'http://a',
      'https://a',
      'http://127.0.0.1:1',
      'http://localhost',
      'http://[::1]',
    ];
    expect(exposed.filter(isExposed)).toEqual(['http://a']);
  });
});
