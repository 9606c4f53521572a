import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { ArtifactsModule } from './artifacts/artifacts.module.js';
import { AttemptsModule } from './attempts/attempts.module.js';
import { AuditModule } from './audit/audit.module.js';
import { BackgroundModule } from './background/background.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EventsModule } from './events/events.module.js';
import { FindingsModule } from './findings/findings.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { KernelsModule } from './kernels/kernels.module.js';
import { LiveModule } from './live/live.module.js';
import { MarginsModule } from './margins/margins.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { PlacementModule } from './placement/placement.module.js';
import { ReconcilerModule } from './reconciler/reconciler.module.js';
import { RedisModule } from './redis/redis.module.js';
import { RejudgementsModule } from './rejudgements/rejudgements.module.js';
import { RunsModule } from './runs/runs.module.js';
import { ScenariosModule } from './scenarios/scenarios.module.js';
import type { Settings } from './settings/settings.js';
import { SettingsModule } from './settings/settings.module.js';
import { StateModule } from './state/state.module.js';
import type { OpenArtifactStore } from './store/open-artifact-store.js';
import { StoreModule } from './store/store.module.js';
import { UploadsModule } from './uploads/uploads.module.js';
import { WorkersModule } from './workers/workers.module.js';

/** The whole control plane; each feature is a module of its own. */
@Module({})
export class AppModule {
  static with(settings: Settings, store: OpenArtifactStore): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        DatabaseModule,
        BackgroundModule,
        RedisModule,
        AccessModule,
        ArtifactsModule,
        AttemptsModule,
        AuditModule,
        EventsModule,
        FindingsModule,
        HealthModule,
        HttpModule,
        JobsModule,
        KernelsModule,
        LiveModule,
        MarginsModule,
        MetricsModule,
        OutboxModule,
        PlacementModule,
        ReconcilerModule,
        RejudgementsModule,
        RunsModule,
        ScenariosModule,
        StateModule,
        StoreModule.with(store),
        UploadsModule,
        WorkersModule,
      ],
    };
  }
}
