import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AddJudgementService } from './add-judgement.service.js';
import { JudgementsController } from './judgements.controller.js';
import { JudgementsReader } from './judgements.reader.js';

@Module({
  imports: [AttemptsModule],
  controllers: [JudgementsController],
  providers: [JudgementsReader, AddJudgementService],
  exports: [JudgementsReader, AddJudgementService],
})
export class JudgementsModule {}
