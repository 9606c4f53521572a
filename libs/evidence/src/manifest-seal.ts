import type { EvidencePart, Manifest } from '@fenceline/contracts';
import { createHash } from 'node:crypto';

/** How the manifest's text names its own hash: one place, whatever else the text holds. */
const field = (digits: string) => `"sealedSha256": "${digits}"`;
const zeros = '0'.repeat(64);

/** The text of a manifest that carries its own hash, for a complete recording. */
export function sealManifest(manifest: Manifest & { complete: true }): string {
  const text = manifestText({ ...manifest, sealedSha256: zeros });
  return text.replace(field(zeros), field(sha256Of(text)));
}

/** The text of a manifest, as it stands in its file. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * Whether the bytes of a manifest are those that were sealed. A manifest without a hash of its own was made
 * before there was one: nothing can be said against it.
 */
export function isManifestIntact(bytes: Uint8Array, sealedSha256: string | undefined): boolean {
  if (sealedSha256 === undefined) return true;
  // Latin-1 keeps every byte as it is, also those that are no UTF-8.
  const parts = Buffer.from(bytes).toString('latin1').split(field(sealedSha256));
  return (
    parts.length === 2 && sha256Of(Buffer.from(parts.join(field(zeros)), 'latin1')) === sealedSha256
  );
}

/**
 * The hash by which judgements name a recording: SHA-256 of the list of its parts, one line
 * `SHA-256, two spaces, path` each, in the order of the manifest. `sha256sum` prints the same lines.
 */
export function recordingSha256(parts: readonly EvidencePart[]): string {
  return sha256Of(parts.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(''));
}

function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
