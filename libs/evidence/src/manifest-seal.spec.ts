import type { Manifest } from '@fenceline/contracts';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isManifestIntact, recordingSha256, sealManifest } from './manifest-seal.js';
import { manifestContent } from './manifest.testing.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const part = { path: 'scenario.yaml', bytes: 1, sha256: sha256('x') };
const manifest: Manifest & { complete: true } = {
  schema: 'fenceline.evidence/v1',
  ...manifestContent,
  // A name that looks like the hash itself must not mislead the check.
  scenario: `"sealedSha256": "${'0'.repeat(64)}"`,
  complete: true,
  parts: [part],
};
const text = sealManifest(manifest);
const { sealedSha256 } = JSON.parse(text) as { sealedSha256: string };

describe('the hash of a manifest', () => {
  it('is the SHA-256 of its own text with the digits as zeros', () => {
    expect(sha256(text.replace(sealedSha256, '0'.repeat(64)))).toBe(sealedSha256);
    expect(isManifestIntact(Buffer.from(text), sealedSha256)).toBe(true);
  });

  it('finds every changed byte', () => {
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i]! ^= 1;
      expect({ i, intact: isManifestIntact(bytes, sealedSha256) }).toEqual({ i, intact: false });
      bytes[i]! ^= 1;
    }
  });

  it('finds bytes that were added or taken away', () => {
    for (const changed of [`${text}\n`, text.slice(0, -1), ` ${text}`]) {
      expect(isManifestIntact(Buffer.from(changed), sealedSha256)).toBe(false);
    }
  });

  it('says nothing against a manifest from before there was one', () => {
    expect(isManifestIntact(Buffer.from('{}'), undefined)).toBe(true);
  });
});

describe('the hash of a recording', () => {
  it('is that of the lines which sha256sum prints of its parts', () => {
    const other = { ...part, path: 'plan.json' };
    const lines = `${part.sha256}  scenario.yaml\n${part.sha256}  plan.json\n`;
    expect(recordingSha256([part, other])).toBe(sha256(lines));
  });
});
