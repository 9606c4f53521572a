import { Module } from '@nestjs/common';
import { UploadPublisher } from './upload-publisher.js';

@Module({ providers: [UploadPublisher], exports: [UploadPublisher] })
export class UploadsModule {}
