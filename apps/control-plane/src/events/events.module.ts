import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { LiveModule } from '../live/live.module.js';
import { EventReader } from './event-reader.js';
import { EventRetention } from './event-retention.js';
import { EventStreams, STREAM_LIMITS, streamLimits } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { Relay } from './relay.js';

@Module({
  imports: [AccessModule, LiveModule],
  controllers: [EventsController],
  providers: [
    Relay,
    EventReader,
    EventRetention,
    EventStreams,
    { provide: STREAM_LIMITS, useValue: streamLimits },
  ],
})
export class EventsModule {}
