import { Module } from '@nestjs/common';
import { UploadPublisher } from './upload-publisher.js';
import { UploadSpace } from './upload-space.js';
import { UploadsController } from './uploads.controller.js';
import { UploadsService } from './uploads.service.js';
import { WorkerUploadsController } from './worker-uploads.controller.js';

@Module({
  controllers: [UploadsController, WorkerUploadsController],
  providers: [UploadPublisher, UploadSpace, UploadsService],
  exports: [UploadPublisher],
})
export class UploadsModule {}
