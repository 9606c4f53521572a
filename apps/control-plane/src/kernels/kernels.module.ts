import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads/uploads.module.js';
import { DebianKernels } from './debian-kernels.js';
import { ImageBuilder } from './images/image-builder.js';
import { ImageBuilds } from './images/image-builds.js';
import { ImageMaker } from './images/image-maker.js';
import { ImageRecipes } from './images/image-recipes.js';
import { ImagesController } from './images/images.controller.js';
import { ImagesService } from './images/images.service.js';
import { KernelImages } from './images/kernel-images.js';
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
    ImageBuilder,
    ImageBuilds,
    ImageMaker,
    ImageRecipes,
    ImagesService,
    KernelFetcher,
    KernelFetchesService,
    KernelImages,
    KernelsService,
    RegisteredFiles,
  ],
  exports: [KernelImages],
})
export class KernelsModule {}
