import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ArtifactKind } from '@fenceline/contracts/api';

/** A file that is to be uploaded. */
export interface LocalFile {
  path: string;
  kind: ArtifactKind;
  name: string;
  size: number;
  sha256: string;
}

/** Measures a file for its upload. */
export async function localFile(
  path: string,
  kind: ArtifactKind,
  name: string,
): Promise<LocalFile> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { path, kind, name, size, sha256: hash.digest('hex') };
}
