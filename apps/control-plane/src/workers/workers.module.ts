import { Module } from '@nestjs/common';
import { WorkerProcessController } from './worker-process.controller.js';
import { WorkerProcessService } from './worker-process.service.js';
import { WorkersController } from './workers.controller.js';
import { WorkersService } from './workers.service.js';

@Module({
  controllers: [WorkerProcessController, WorkersController],
  providers: [WorkerProcessService, WorkersService],
})
export class WorkersModule {}
