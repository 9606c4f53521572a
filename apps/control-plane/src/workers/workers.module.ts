import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { WorkerProcessController } from './worker-process.controller.js';
import { WorkerProcessService } from './worker-process.service.js';
import { WorkersController } from './workers.controller.js';
import { WorkersService } from './workers.service.js';

@Module({
  imports: [AccessModule],
  controllers: [WorkerProcessController, WorkersController],
  providers: [WorkerProcessService, WorkersService],
})
export class WorkersModule {}
