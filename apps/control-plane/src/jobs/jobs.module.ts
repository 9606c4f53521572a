import { Module } from '@nestjs/common';
import { JudgementsModule } from '../judgements/judgements.module.js';
import { PlacementModule } from '../placement/placement.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { AttemptsReader } from './attempts.reader.js';
import { JobCommandsService } from './job-commands.service.js';
import { JobsController } from './jobs.controller.js';
import { JobsService } from './jobs.service.js';
import { Queue } from './queue.js';

@Module({
  imports: [JudgementsModule, PlacementModule, RunsModule],
  controllers: [JobsController],
  providers: [JobsService, JobCommandsService, AttemptsReader, Queue],
})
export class JobsModule {}
