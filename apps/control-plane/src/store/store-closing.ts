import type { OnApplicationShutdown } from '@nestjs/common';
import type { OpenArtifactStore } from './open-artifact-store.js';

/** Closes the store when nothing asks it any more. */
export class StoreClosing implements OnApplicationShutdown {
  constructor(private readonly opened: OpenArtifactStore) {}

  onApplicationShutdown(): void {
    this.opened.close();
  }
}
