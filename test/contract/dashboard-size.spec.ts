import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const dist = path.join(import.meta.dirname, '../../apps/dashboard/dist');
const limitBytes = 350_000;

describe('the dashboard as it is built', () => {
  const page = readFileSync(path.join(dist, 'index.html'), 'utf8');

  it('loads less than 350 kB, gzipped, before anything is asked for', () => {
    const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file!);
    expect(files.some((file) => file.endsWith('.js'))).toBe(true);
    const bytes = files
      .map((file) => gzipSync(readFileSync(path.join(dist, file))).byteLength)
      .reduce((total, size) => total + size, 0);
    expect(bytes).toBeLessThan(limitBytes);
  });

  it('has no script and no style in the page itself, and nothing from other hosts', () => {
    expect(page).not.toMatch(/<style|style="|<script(?![^>]*\bsrc="\/)/);
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
