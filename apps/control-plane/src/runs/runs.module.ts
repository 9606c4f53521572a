import { Module } from '@nestjs/common';
import { CancellationsService } from './cancellations.service.js';
import { KernelResolver } from './kernel-resolver.js';
import { RegisteredKernels } from './registered-kernels.js';
import { RerunsService } from './reruns.service.js';
import { RunCells } from './run-cells.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { SubmissionsService } from './submissions.service.js';

@Module({
  controllers: [RunsController],
  providers: [
    RunsService,
    RunCells,
    SubmissionsService,
    RerunsService,
    CancellationsService,
    { provide: KernelResolver, useClass: RegisteredKernels },
  ],
  exports: [RunsService, RerunsService],
})
export class RunsModule {}
