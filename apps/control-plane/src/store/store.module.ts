import { Global, Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { ARTIFACT_STORE } from './artifact-store.js';
import { LocalArtifactStore } from './local-artifact-store.js';

@Global()
@Module({
  providers: [
    {
      provide: ARTIFACT_STORE,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => new LocalArtifactStore(settings.FENCELINE_ARTIFACTS),
    },
  ],
  exports: [ARTIFACT_STORE],
})
export class StoreModule {}
