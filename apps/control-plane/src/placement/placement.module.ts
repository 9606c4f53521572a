import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { Placement } from './placement.js';
import { WaitingReason } from './waiting-reason.js';

@Module({
  imports: [AttemptsModule],
  providers: [Placement, WaitingReason],
  exports: [WaitingReason],
})
export class PlacementModule {}
