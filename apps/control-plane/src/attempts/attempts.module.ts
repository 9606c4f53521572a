import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads/uploads.module.js';
import { AttemptsController } from './attempts.controller.js';
import { AttemptsService } from './attempts.service.js';
import { FencingCheck } from './fencing-check.js';
import { RecentAttempts } from './recent-attempts.js';
import { ResultOutcome } from './result-outcome.js';
import { ScenarioExpectations } from './scenario-expectations.js';

@Module({
  imports: [UploadsModule],
  controllers: [AttemptsController],
  providers: [AttemptsService, FencingCheck, RecentAttempts, ResultOutcome, ScenarioExpectations],
  exports: [FencingCheck, RecentAttempts, ScenarioExpectations],
})
export class AttemptsModule {}
