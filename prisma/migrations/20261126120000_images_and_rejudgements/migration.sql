-- An image of the version before has no role and no kernel that it was made for: it is kept, and given to no new job.
ALTER TABLE "guest_images"
    ADD COLUMN "kernel_sha256" TEXT NOT NULL DEFAULT '',
    ADD COLUMN "role" TEXT NOT NULL DEFAULT 'host',
    ADD COLUMN "image_sha256" TEXT NOT NULL DEFAULT '',
    ADD COLUMN "recipe" TEXT;
UPDATE "guest_images" SET "image_sha256" = "sha256", "retired_at" = coalesce("retired_at", now());
ALTER TABLE "guest_images"
    ALTER COLUMN "kernel_sha256" DROP DEFAULT,
    ALTER COLUMN "role" DROP DEFAULT,
    ALTER COLUMN "image_sha256" DROP DEFAULT;

-- DropIndex
DROP INDEX "guest_images_project_id_name_created_at_idx";

CREATE TABLE "image_builds" (
    "kernel_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "message" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "image_builds_pkey" PRIMARY KEY ("kernel_id","role","recipe")
);

CREATE TABLE "rejudgements" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "filter" JSONB NOT NULL,
    "verifier_version" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancelled_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "rejudgements_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "rejudgement_items" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "rejudgement_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "before_id" UUID NOT NULL,
    "after_id" UUID,
    "evidence_sha256" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "claims" INTEGER NOT NULL DEFAULT 0,
    "worker_id" UUID,
    "lease_expires_at" TIMESTAMPTZ(3),
    "message" TEXT,
    "changed" BOOLEAN,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "rejudgement_items_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "guest_images_project_id_kernel_sha256_role_created_at_idx" ON "guest_images"("project_id", "kernel_sha256", "role", "created_at" DESC);

CREATE INDEX "guest_images_project_id_created_at_id_idx" ON "guest_images"("project_id", "created_at" DESC, "id" DESC);

CREATE INDEX "rejudgements_project_id_created_at_id_idx" ON "rejudgements"("project_id", "created_at" DESC, "id" DESC);

CREATE UNIQUE INDEX "rejudgement_items_after_id_key" ON "rejudgement_items"("after_id");

CREATE INDEX "rejudgement_items_rejudgement_id_created_at_id_idx" ON "rejudgement_items"("rejudgement_id", "created_at" DESC, "id" DESC);

CREATE INDEX "rejudgement_items_project_id_idx" ON "rejudgement_items"("project_id");

CREATE INDEX "rejudgement_items_job_id_idx" ON "rejudgement_items"("job_id");

CREATE INDEX "rejudgement_items_before_id_idx" ON "rejudgement_items"("before_id");

CREATE INDEX "rejudgement_items_worker_id_idx" ON "rejudgement_items"("worker_id");

ALTER TABLE "image_builds" ADD CONSTRAINT "image_builds_kernel_id_fkey" FOREIGN KEY ("kernel_id") REFERENCES "kernels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "rejudgements" ADD CONSTRAINT "rejudgements_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "rejudgement_items" ADD CONSTRAINT "rejudgement_items_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "rejudgement_items" ADD CONSTRAINT "rejudgement_items_rejudgement_id_fkey" FOREIGN KEY ("rejudgement_id") REFERENCES "rejudgements"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "rejudgement_items" ADD CONSTRAINT "rejudgement_items_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "rejudgement_items" ADD CONSTRAINT "rejudgement_items_before_id_fkey" FOREIGN KEY ("before_id") REFERENCES "judgements"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "rejudgement_items" ADD CONSTRAINT "rejudgement_items_after_id_fkey" FOREIGN KEY ("after_id") REFERENCES "judgements"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "rejudgement_items" ADD CONSTRAINT "rejudgement_items_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "workers"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "rejudgement_items"
  ADD CONSTRAINT "rejudgement_items_state_known" CHECK ("state" IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  ADD CONSTRAINT "rejudgement_items_end_has_time" CHECK (("state" IN ('done', 'failed', 'cancelled')) = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "rejudgement_items_running_has_lease" CHECK ("state" <> 'running' OR ("worker_id" IS NOT NULL AND "lease_expires_at" IS NOT NULL)),
  ADD CONSTRAINT "rejudgement_items_done_has_judgement" CHECK (("state" = 'done') = ("after_id" IS NOT NULL) AND ("state" = 'done') = ("changed" IS NOT NULL));

ALTER TABLE "guest_images" ADD CONSTRAINT "guest_images_role_known" CHECK ("role" IN ('host', 'array-node', 'reference'));

ALTER TABLE "image_builds"
  ADD CONSTRAINT "image_builds_role_known" CHECK ("role" IN ('host', 'array-node', 'reference')),
  ADD CONSTRAINT "image_builds_state_known" CHECK ("state" IN ('waiting', 'building', 'failed'));

CREATE INDEX "rejudgement_items_open" ON "rejudgement_items" ("project_id", "created_at", "id") WHERE "ended_at" IS NULL;
