import { Module } from '@nestjs/common';
import { BlobSweep } from './blob-sweep.js';
import { LocalUploads } from './local-uploads.js';
import { UploadCleaner } from './upload-cleaner.js';
import { UploadPublisher } from './upload-publisher.js';
import { UploadSpace } from './upload-space.js';
import { UploadsController } from './uploads.controller.js';
import { UploadsService } from './uploads.service.js';
import { WorkerUploadsController } from './worker-uploads.controller.js';

@Module({
  controllers: [UploadsController, WorkerUploadsController],
  providers: [BlobSweep, LocalUploads, UploadCleaner, UploadPublisher, UploadSpace, UploadsService],
  exports: [LocalUploads, UploadPublisher],
})
export class UploadsModule {}
