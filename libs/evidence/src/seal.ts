import type { EvidencePart, Manifest } from '@fenceline/contracts';
import { createHash } from 'node:crypto';
import { lstat, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporarySuffix } from './atomic-file.js';
import { errorCode, evidenceError } from './evidence-error.js';
import { isJudgement, layout } from './layout.js';
import { isManifestIntact } from './manifest-seal.js';

/** What `writeFileAtomically` puts behind a name until the file is whole. */
const halfWritten = new RegExp(`\\.\\d+\\${temporarySuffix}$`);

/** What the check of a seal found; `intact` when every list is empty and the recording was sealed. */
export interface SealCheck {
  intact: boolean;
  /** False for a recording that was cut: it has no seal to check. */
  sealed: boolean;
  changed: string[];
  missing: string[];
  added: string[];
}

/**
 * Lists and hashes every part of a recording, in the order of their names. Its manifest, the documents
 * of judging and half-written files are no parts.
 *
 * @param sync also waits until each part is on the disk.
 * @throws EvidenceError when a part cannot be read.
 */
export async function hashParts(dir: string, { sync = false } = {}): Promise<EvidencePart[]> {
  const parts: EvidencePart[] = [];
  for (const path of await listParts(dir)) parts.push(await hashPart(dir, path, sync));
  return parts;
}

/**
 * Compares a folder with what its manifest sealed: every part, and the manifest itself.
 *
 * @throws EvidenceError when a part cannot be read.
 */
export async function checkSeal(
  dir: string,
  manifest: Manifest & { complete: true },
): Promise<SealCheck> {
  // A half-written part belongs to a recording in the making, never to a sealed one.
  const present = new Set((await listAll(dir)).filter((name) => !isBesideTheSeal(name)));
  const changed: string[] = [];
  const missing: string[] = [];
  const bytes = await readFile(join(dir, layout.manifest));
  if (!isManifestIntact(bytes, manifest.sealedSha256)) changed.push(layout.manifest);
  for (const part of manifest.parts) {
    if (!present.delete(part.path)) {
      missing.push(part.path);
      continue;
    }
    // The size is compared first: a part that grew by gigabytes need not be read to be known as changed.
    // What is no plain file (a link, a pipe) is not the part, and a pipe would never end.
    const file = await lstat(join(dir, part.path));
    const same =
      file.isFile() &&
      file.size === part.bytes &&
      (await hashPart(dir, part.path, false)).sha256 === part.sha256;
    if (!same) changed.push(part.path);
  }
  const added = [...present];
  const intact = changed.length + missing.length + added.length === 0;
  return { intact, sealed: true, changed, missing, added };
}

/** Names of every part of a recording, sorted. */
async function listParts(dir: string): Promise<string[]> {
  return (await listFiles(dir)).filter((name) => !isBesideTheSeal(name));
}

/** Names of every file below a folder but for half-written ones, as `listAll` gives them. */
export async function listFiles(dir: string): Promise<string[]> {
  return (await listAll(dir)).filter((name) => !name.endsWith(temporarySuffix));
}

/** Names of every file below a folder, relative to it, sorted; `/` separates folders everywhere. */
async function listAll(dir: string, below = ''): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(join(dir, below), { withFileTypes: true });
  } catch (error) {
    throw evidenceError('list', join(dir, below), error);
  }
  const names: string[] = [];
  for (const entry of entries) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) names.push(...(await listAll(dir, name)));
    else names.push(name);
  }
  return names.sort();
}

/** The manifest and the documents of judging, half-written ones too. */
function isBesideTheSeal(name: string): boolean {
  const written = name.replace(halfWritten, '');
  return written === layout.manifest || isJudgement(written);
}

async function hashPart(dir: string, path: string, sync: boolean): Promise<EvidencePart> {
  const full = join(dir, path);
  try {
    const file = await open(full, 'r');
    try {
      if (sync) await file.datasync();
      const hash = createHash('sha256');
      const chunk = new Uint8Array(chunkBytes);
      let bytes = 0;
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, bytes);
        if (bytesRead === 0) break;
        hash.update(chunk.subarray(0, bytesRead));
        bytes += bytesRead;
      }
      return { path, bytes, sha256: hash.digest('hex') };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw evidenceError('read', full, error);
  }
}

const chunkBytes = 1024 * 1024;
