import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads/uploads.module.js';
import { AttemptsController } from './attempts.controller.js';
import { AttemptsService } from './attempts.service.js';
import { FencingCheck } from './fencing-check.js';
import { ResultOutcome } from './result-outcome.js';
import { ScenarioExpectations } from './scenario-expectations.js';

@Module({
  imports: [UploadsModule],
  controllers: [AttemptsController],
  providers: [AttemptsService, FencingCheck, ResultOutcome, ScenarioExpectations],
  exports: [FencingCheck, ScenarioExpectations],
})
export class AttemptsModule {}
