import { Module } from '@nestjs/common';
import { ArtifactsController } from './artifacts.controller.js';
import { ArtifactsService } from './artifacts.service.js';
import { WorkerBlobs } from './worker-blobs.js';
import { WorkerBlobsController } from './worker-blobs.controller.js';

@Module({
  controllers: [ArtifactsController, WorkerBlobsController],
  providers: [ArtifactsService, WorkerBlobs],
})
export class ArtifactsModule {}
