import { Module } from '@nestjs/common';
import { LiveChannel } from './live-channel.js';
import { LiveController } from './live.controller.js';
import { LiveService } from './live.service.js';

@Module({
  controllers: [LiveController],
  providers: [LiveChannel, LiveService],
  exports: [LiveChannel],
})
export class LiveModule {}
