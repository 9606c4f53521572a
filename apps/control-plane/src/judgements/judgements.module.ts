import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AddJudgementService } from './add-judgement.service.js';
import { JudgementsController } from './judgements.controller.js';
import { JudgementsReader } from './judgements.reader.js';
import { RejudgeService } from './rejudge.service.js';

@Module({
  imports: [AttemptsModule],
  controllers: [JudgementsController],
  providers: [JudgementsReader, AddJudgementService, RejudgeService],
  exports: [JudgementsReader],
})
export class JudgementsModule {}
