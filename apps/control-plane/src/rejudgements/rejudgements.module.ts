import { Module } from '@nestjs/common';
import { JudgementsModule } from '../judgements/judgements.module.js';
import { RejudgementsController } from './rejudgements.controller.js';
import { RejudgementsService } from './rejudgements.service.js';
import { RejudgingController } from './rejudging.controller.js';
import { RejudgingService } from './rejudging.service.js';

/** Kept evidence, judged again. */
@Module({
  imports: [JudgementsModule],
  controllers: [RejudgementsController, RejudgingController],
  providers: [RejudgementsService, RejudgingService],
})
export class RejudgementsModule {}
