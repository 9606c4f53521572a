import { Module } from '@nestjs/common';
import { KernelsModule } from '../kernels/kernels.module.js';
import { CancellationsService } from './cancellations.service.js';
import { RegisteredKernels } from './registered-kernels.js';
import { RerunsService } from './reruns.service.js';
import { RunCells } from './run-cells.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { SubmissionsService } from './submissions.service.js';

@Module({
  imports: [KernelsModule],
  controllers: [RunsController],
  providers: [
    RunsService,
    RunCells,
    SubmissionsService,
    RerunsService,
    CancellationsService,
    RegisteredKernels,
  ],
  exports: [RunsService, RerunsService],
})
export class RunsModule {}
