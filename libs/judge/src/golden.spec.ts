import type { Manifest, RuleName, VerdictValue } from '@fenceline/contracts';
import {
  EvidenceReader,
  openEvidence,
  packEvidence,
  type OpenedEvidence,
} from '@fenceline/evidence';
import fc from 'fast-check';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeRecording } from './judge-evidence.js';

/**
 * Recordings that earlier versions made, as they made them. Every version must be able to judge them, and
 * comes to the verdict that is written here; when the format changes they stay, and newer ones come beside
 * them. `since` are rules that came later and are violated too, of which its scenario could not know.
 */
const golden: Record<string, { expected: VerdictValue; since: RuleName[] }> = {
  'stuck-write-without-manifest-hash.tar.zst': {
    expected: 'violation',
    since: ['reads-consistent'],
  },
  'stuck-write.tar.zst': { expected: 'violation', since: [] },
  'no-fault.tar.zst': { expected: 'pass', since: [] },
  'reset-ends-fence.tar.zst': { expected: 'pass', since: [] },
};

const folder = join(import.meta.dirname, '../../../test/golden');

let root: string;
let opened: OpenedEvidence | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fenceline-golden-'));
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
  await rm(root, { recursive: true, force: true });
});

/** A golden recording, as a folder that may be changed. */
async function copyOf(name: string): Promise<string> {
  opened = await openEvidence(join(folder, name));
  const dir = join(root, 'evidence');
  await cp(opened.dir, dir, { recursive: true });
  return dir;
}

it('lists every golden recording', async () => {
  expect((await readdir(folder)).sort()).toEqual(Object.keys(golden).sort());
});

describe.each(Object.entries(golden))('the golden recording %s', (name, { expected, since }) => {
  it(`is judged ${expected}, as when it was recorded`, async () => {
    const { verdict, shortfalls } = await judgeRecording(await copyOf(name), { evidence: name });
    expect(verdict).toMatchObject({
      verdict: expected,
      asExpected: since.length === 0,
      evidence: name,
    });
    expect(shortfalls).toEqual(
      since.map((rule) => ({
        kind: 'unexpected-violation',
        reason: `${rule} is violated, and was expected not to be.`,
      })),
    );
  });

  it('is intact, as it is and packed', async () => {
    const dir = await copyOf(name);
    const intact = { intact: true, sealed: true, changed: [], missing: [], added: [] };
    expect(await (await EvidenceReader.open(dir)).verifySeal()).toEqual(intact);
    await packEvidence(dir, join(root, 'packed.tar.zst'));
    const again = await openEvidence(join(root, 'packed.tar.zst'));
    try {
      expect(await (await EvidenceReader.open(again.dir)).verifySeal()).toEqual(intact);
    } finally {
      await again.close();
    }
  });

  it.each([
    ['first', () => 0],
    ['middle', (bytes: number) => Math.floor(bytes / 2)],
    ['last', (bytes: number) => bytes - 1],
  ])('names every part of which the %s byte is changed', async (_, place) => {
    const dir = await copyOf(name);
    const reader = await EvidenceReader.open(dir);
    const parts = reader.manifest.parts.filter(({ bytes }) => bytes > 0);
    for (const { path, bytes } of parts) {
      const content = await readFile(join(dir, path));
      content[place(bytes)]! ^= 1;
      await writeFile(join(dir, path), content);
    }
    const { changed } = await reader.verifySeal();
    expect(changed).toEqual(parts.map(({ path }) => path));
  });

  it('names the part of which any byte is changed, put in or taken out', async () => {
    const dir = await copyOf(name);
    const reader = await EvidenceReader.open(dir);
    const { parts } = reader.manifest;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(parts.length - 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('change', 'put in', 'take out'),
        async (index, place, value, how) => {
          const { path, bytes } = parts[index]!;
          const file = join(dir, path);
          const whole = await readFile(file);
          const at = Math.floor(place * bytes);
          const [before, behind] = [whole.subarray(0, at), whole.subarray(at)];
          const changed =
            how === 'put in' || bytes === 0
              ? [before, Uint8Array.of(value), behind]
              : how === 'take out'
                ? [before, behind.subarray(1)]
                : [before, Uint8Array.of(behind[0]! ^ value), behind.subarray(1)];
          await writeFile(file, Buffer.concat(changed));
          const found = await reader.verifySeal();
          await writeFile(file, whole);
          expect(found).toMatchObject({ intact: false, changed: [path], missing: [], added: [] });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is found changed where its manifest is', async () => {
    const dir = await copyOf(name);
    const file = join(dir, 'manifest.json');
    const whole = await readFile(file);
    const { sealedSha256 } = JSON.parse(whole.toString()) as Manifest & { sealedSha256?: string };
    const step = Math.ceil(whole.length / 20);
    for (let at = 0; at < whole.length; at += step) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      await writeFile(file, changed);
      const found = await changedParts(dir);
      // Without its own hash a manifest can show only what contradicts the parts, or makes no sense.
      if (sealedSha256 !== undefined) expect({ at, found }).toEqual({ at, found: true });
    }
  });
});

/** True when the check names the manifest, or the manifest cannot be read at all. */
async function changedParts(dir: string): Promise<boolean> {
  try {
    const { changed } = await (await EvidenceReader.open(dir)).verifySeal();
    return changed.includes('manifest.json');
  } catch (error) {
    return error instanceof Error && error.message.includes('manifest.json');
  }
}
