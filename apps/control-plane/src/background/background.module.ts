import { Global, Module } from '@nestjs/common';
import { Background } from './background.js';
import { Listener } from './listener.js';

@Global()
@Module({ providers: [Background, Listener], exports: [Background, Listener] })
export class BackgroundModule {}
