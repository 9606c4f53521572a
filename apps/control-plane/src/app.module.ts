import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { BackgroundModule } from './background/background.module.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { RedisModule } from './redis/redis.module.js';
import { RunsModule } from './runs/runs.module.js';
import { ScenariosModule } from './scenarios/scenarios.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { StateModule } from './state/state.module.js';
import type { Settings } from './settings/settings.js';

/** The whole control plane; each feature is a module of its own. */
@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        DatabaseModule,
        BackgroundModule,
        RedisModule,
        AccessModule,
        HealthModule,
        JobsModule,
        RunsModule,
        ScenariosModule,
        StateModule,
      ],
    };
  }
}
