import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ARTIFACT_STORE } from './artifact-store.js';
import type { OpenArtifactStore } from './open-artifact-store.js';
import { StoreClosing } from './store-closing.js';

/** The artifact store, for whoever injects `ARTIFACT_STORE`. */
@Global()
@Module({})
export class StoreModule {
  static with(opened: OpenArtifactStore): DynamicModule {
    return {
      module: StoreModule,
      providers: [
        { provide: ARTIFACT_STORE, useValue: opened.store },
        { provide: StoreClosing, useFactory: () => new StoreClosing(opened) },
      ],
      exports: [ARTIFACT_STORE],
    };
  }
}
