import { Global, Module } from '@nestjs/common';
import { JobLifecycle } from './job-lifecycle.js';

@Global()
@Module({ providers: [JobLifecycle], exports: [JobLifecycle] })
export class StateModule {}
