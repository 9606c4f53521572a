import type { Settings } from '../settings/settings.js';
import type { ArtifactStore } from './artifact-store.js';
import { LocalArtifactStore } from './local-artifact-store.js';
import { isS3Address } from './s3/s3-location.js';

/** A store, and what its end needs. */
export interface OpenArtifactStore {
  store: ArtifactStore;
  /** Closes what is open; the store is not used after it. */
  close(): void;
}

/**
 * The store that `FENCELINE_ARTIFACTS` names: a folder, or a bucket of an S3 server. The client of S3 is loaded for a bucket
 * alone.
 *
 * @throws Error that names the setting and the mend where the bucket cannot be used
 */
export async function openArtifactStore(settings: Settings): Promise<OpenArtifactStore> {
  if (isS3Address(settings.FENCELINE_ARTIFACTS)) {
    const { openS3ArtifactStore } = await import('./s3/open-s3-artifact-store.js');
    return await openS3ArtifactStore(settings);
  }
  return {
    store: new LocalArtifactStore(settings.FENCELINE_ARTIFACTS),
    close: () => undefined,
  };
}
