import { stat } from 'node:fs/promises';
import type { ArtifactKind } from '@fenceline/contracts/api';
import { sha256File } from '@fenceline/vm';

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
  return { path, kind, name, size, sha256: await sha256File(path) };
}
