import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads/uploads.module.js';
import { DebianKernels } from './debian-kernels.js';
import { ImagesController } from './images.controller.js';
import { ImagesService } from './images.service.js';
import { KernelFetcher } from './kernel-fetcher.js';
import { KernelFetchesService } from './kernel-fetches.service.js';
import { KernelsController } from './kernels.controller.js';
import { KernelsService } from './kernels.service.js';
import { RegisteredFiles } from './registered-files.js';

@Module({
  imports: [UploadsModule],
  controllers: [ImagesController, KernelsController],
  providers: [
    DebianKernels,
    ImagesService,
    KernelFetcher,
    KernelFetchesService,
    KernelsService,
    RegisteredFiles,
  ],
})
export class KernelsModule {}
