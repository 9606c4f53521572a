import { Module } from '@nestjs/common';
import { Placement } from './placement.js';
import { WaitingReason } from './waiting-reason.js';

@Module({ providers: [Placement, WaitingReason], exports: [WaitingReason] })
export class PlacementModule {}
