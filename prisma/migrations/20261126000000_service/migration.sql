-- The service's first schema. The first half is what Prisma derives from schema.prisma;
-- the second half holds what it cannot say.

-- Every attempt of the service gets a higher token than the one before it.
CREATE SEQUENCE fencing_tokens AS bigint;

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "job_state" AS ENUM ('queued', 'active', 'cancelling', 'finished');

-- CreateEnum
CREATE TYPE "attempt_state" AS ENUM ('assigned', 'preparing', 'running', 'uploading', 'judging', 'ended');

-- CreateEnum
CREATE TYPE "attempt_end" AS ENUM ('done', 'lost', 'superseded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "outcome_kind" AS ENUM ('pass', 'violation', 'inconclusive', 'error', 'timeout', 'cancelled', 'skipped');

-- CreateEnum
CREATE TYPE "worker_state" AS ENUM ('enabled', 'draining', 'disabled');

-- CreateEnum
CREATE TYPE "upload_state" AS ENUM ('open', 'completed', 'published', 'abandoned');

-- CreateTable
CREATE TABLE "projects" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tokens" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_codes" (
    "hash" BYTEA NOT NULL,
    "token_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_codes_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "sessions" (
    "hash" BYTEA NOT NULL,
    "token_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "join_tokens" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "worker_id" UUID,

    CONSTRAINT "join_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "credential_hash" BYTEA NOT NULL,
    "state" "worker_state" NOT NULL DEFAULT 'enabled',
    "slots" INTEGER NOT NULL,
    "memory_mib" INTEGER NOT NULL,
    "cores" INTEGER NOT NULL,
    "accelerator" TEXT,
    "labels" TEXT[],
    "version" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scenarios" (
    "project_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scenarios_pkey" PRIMARY KEY ("project_id","hash")
);

-- CreateTable
CREATE TABLE "blobs" (
    "sha256" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "blobs_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "artifacts" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "attempt_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "uploads" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "received" BIGINT NOT NULL DEFAULT 0,
    "state" "upload_state" NOT NULL DEFAULT 'open',
    "attempt_id" UUID,
    "fencing_token" BIGINT,
    "surrender" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kernels" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "capabilities" TEXT[],
    "sha256" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "kernels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kernel_fetches" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "message" TEXT NOT NULL DEFAULT '',
    "kernel_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "kernel_fetches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "guest_images" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "guest_images_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "labels" TEXT[],
    "job_count" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancelled_at" TIMESTAMPTZ(3),
    "from_run_id" UUID,

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "run_id" UUID NOT NULL,
    "scenario_hash" TEXT NOT NULL,
    "scenario_name" TEXT NOT NULL,
    "kernel" TEXT,
    "pinned" JSONB NOT NULL,
    "seed" BIGINT NOT NULL,
    "repeat" INTEGER NOT NULL DEFAULT 0,
    "driver" TEXT NOT NULL,
    "labels" TEXT[],
    "priority" INTEGER NOT NULL DEFAULT 0,
    "state" "job_state" NOT NULL DEFAULT 'queued',
    "needs" JSONB NOT NULL,
    "memory_mib" INTEGER NOT NULL,
    "cores" INTEGER NOT NULL,
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "timeout_s" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempts" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "job_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "worker_id" UUID NOT NULL,
    "state" "attempt_state" NOT NULL DEFAULT 'assigned',
    "ended_how" "attempt_end",
    "fencing_token" BIGINT NOT NULL DEFAULT nextval('fencing_tokens'),
    "instance" UUID,
    "lease_expires_at" TIMESTAMPTZ(3),
    "cancel_asked" BOOLEAN NOT NULL DEFAULT false,
    "message" TEXT,
    "assigned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "judgements" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "job_id" UUID NOT NULL,
    "attempt_id" UUID NOT NULL,
    "evidence_sha256" TEXT NOT NULL,
    "verifier_version" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "verdict" "outcome_kind" NOT NULL,
    "as_expected" BOOLEAN NOT NULL,
    "rules" TEXT[],
    "document" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "judgements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_outcomes" (
    "job_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "attempt_id" UUID,
    "judgement_id" UUID,
    "outcome" "outcome_kind" NOT NULL,
    "as_expected" BOOLEAN NOT NULL,
    "exit_code" INTEGER NOT NULL,
    "rules" TEXT[],
    "summary" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_outcomes_pkey" PRIMARY KEY ("job_id")
);

-- CreateTable
CREATE TABLE "job_marks" (
    "project_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "job_id" UUID NOT NULL,

    CONSTRAINT "job_marks_pkey" PRIMARY KEY ("project_id","kind","value","created_at","job_id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "number" BIGINT,
    "project_id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "run_id" UUID,
    "job_id" UUID,
    "attempt_id" UUID,
    "worker_id" UUID,
    "data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tries" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "token_id" UUID NOT NULL,
    "route" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "status" INTEGER,
    "response" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("token_id","route","key")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "project_id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "token_id" UUID,
    "action" TEXT NOT NULL,
    "subject" TEXT,
    "detail" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_clock" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "alive_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "grace_until" TIMESTAMPTZ(3),

    CONSTRAINT "service_clock_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "projects_name_key" ON "projects"("name");

-- CreateIndex
CREATE UNIQUE INDEX "tokens_hash_key" ON "tokens"("hash");

-- CreateIndex
CREATE INDEX "tokens_project_id_created_at_id_idx" ON "tokens"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "sign_in_codes_token_id_idx" ON "sign_in_codes"("token_id");

-- CreateIndex
CREATE INDEX "sign_in_codes_expires_at_idx" ON "sign_in_codes"("expires_at");

-- CreateIndex
CREATE INDEX "sessions_token_id_idx" ON "sessions"("token_id");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "join_tokens_hash_key" ON "join_tokens"("hash");

-- CreateIndex
CREATE INDEX "join_tokens_project_id_created_at_id_idx" ON "join_tokens"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "join_tokens_worker_id_idx" ON "join_tokens"("worker_id");

-- CreateIndex
CREATE UNIQUE INDEX "workers_credential_hash_key" ON "workers"("credential_hash");

-- CreateIndex
CREATE INDEX "workers_project_id_created_at_id_idx" ON "workers"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "workers_project_id_name_key" ON "workers"("project_id", "name");

-- CreateIndex
CREATE INDEX "scenarios_project_id_created_at_hash_idx" ON "scenarios"("project_id", "created_at" DESC, "hash" DESC);

-- CreateIndex
CREATE INDEX "scenarios_project_id_name_idx" ON "scenarios"("project_id", "name");

-- CreateIndex
CREATE INDEX "artifacts_attempt_id_idx" ON "artifacts"("attempt_id");

-- CreateIndex
CREATE INDEX "artifacts_sha256_idx" ON "artifacts"("sha256");

-- CreateIndex
CREATE INDEX "artifacts_project_id_created_at_id_idx" ON "artifacts"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "uploads_project_id_idx" ON "uploads"("project_id");

-- CreateIndex
CREATE INDEX "uploads_attempt_id_idx" ON "uploads"("attempt_id");

-- CreateIndex
CREATE INDEX "uploads_state_expires_at_idx" ON "uploads"("state", "expires_at");

-- CreateIndex
CREATE INDEX "kernels_project_id_name_created_at_idx" ON "kernels"("project_id", "name", "created_at" DESC);

-- CreateIndex
CREATE INDEX "kernel_fetches_project_id_created_at_id_idx" ON "kernel_fetches"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "kernel_fetches_kernel_id_idx" ON "kernel_fetches"("kernel_id");

-- CreateIndex
CREATE INDEX "guest_images_project_id_name_created_at_idx" ON "guest_images"("project_id", "name", "created_at" DESC);

-- CreateIndex
CREATE INDEX "runs_project_id_created_at_id_idx" ON "runs"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "runs_project_id_owner_created_at_id_idx" ON "runs"("project_id", "owner", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "runs_from_run_id_idx" ON "runs"("from_run_id");

-- CreateIndex
CREATE INDEX "jobs_project_id_created_at_id_idx" ON "jobs"("project_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_run_id_created_at_id_idx" ON "jobs"("run_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_project_id_scenario_name_created_at_id_idx" ON "jobs"("project_id", "scenario_name", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_project_id_kernel_created_at_id_idx" ON "jobs"("project_id", "kernel", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_project_id_owner_created_at_id_idx" ON "jobs"("project_id", "owner", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_project_id_state_created_at_id_idx" ON "jobs"("project_id", "state", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_project_id_scenario_hash_idx" ON "jobs"("project_id", "scenario_hash");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_fencing_token_key" ON "attempts"("fencing_token");

-- CreateIndex
CREATE INDEX "attempts_project_id_idx" ON "attempts"("project_id");

-- CreateIndex
CREATE INDEX "attempts_worker_id_state_idx" ON "attempts"("worker_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_job_id_number_key" ON "attempts"("job_id", "number");

-- CreateIndex
CREATE INDEX "judgements_job_id_created_at_idx" ON "judgements"("job_id", "created_at");

-- CreateIndex
CREATE INDEX "judgements_attempt_id_idx" ON "judgements"("attempt_id");

-- CreateIndex
CREATE INDEX "judgements_project_id_verifier_version_created_at_id_idx" ON "judgements"("project_id", "verifier_version", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "job_outcomes_project_id_outcome_decided_at_job_id_idx" ON "job_outcomes"("project_id", "outcome", "decided_at" DESC, "job_id" DESC);

-- CreateIndex
CREATE INDEX "job_outcomes_attempt_id_idx" ON "job_outcomes"("attempt_id");

-- CreateIndex
CREATE INDEX "job_outcomes_judgement_id_idx" ON "job_outcomes"("judgement_id");

-- CreateIndex
CREATE INDEX "job_marks_job_id_idx" ON "job_marks"("job_id");

-- CreateIndex
CREATE UNIQUE INDEX "events_number_key" ON "events"("number");

-- CreateIndex
CREATE INDEX "events_project_id_number_idx" ON "events"("project_id", "number");

-- CreateIndex
CREATE INDEX "events_job_id_number_idx" ON "events"("job_id", "number");

-- CreateIndex
CREATE INDEX "events_run_id_number_idx" ON "events"("run_id", "number");

-- CreateIndex
CREATE INDEX "events_created_at_idx" ON "events"("created_at");

-- CreateIndex
CREATE INDEX "outbox_available_at_id_idx" ON "outbox"("available_at", "id");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "audit_log_project_id_id_idx" ON "audit_log"("project_id", "id" DESC);

-- AddForeignKey
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_in_codes" ADD CONSTRAINT "sign_in_codes_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "workers"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workers" ADD CONSTRAINT "workers_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenarios" ADD CONSTRAINT "scenarios_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kernels" ADD CONSTRAINT "kernels_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kernel_fetches" ADD CONSTRAINT "kernel_fetches_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "kernel_fetches" ADD CONSTRAINT "kernel_fetches_kernel_id_fkey" FOREIGN KEY ("kernel_id") REFERENCES "kernels"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guest_images" ADD CONSTRAINT "guest_images_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_from_run_id_fkey" FOREIGN KEY ("from_run_id") REFERENCES "runs"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_project_id_scenario_hash_fkey" FOREIGN KEY ("project_id", "scenario_hash") REFERENCES "scenarios"("project_id", "hash") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "workers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "judgements" ADD CONSTRAINT "judgements_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "judgements" ADD CONSTRAINT "judgements_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "judgements" ADD CONSTRAINT "judgements_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_outcomes" ADD CONSTRAINT "job_outcomes_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_outcomes" ADD CONSTRAINT "job_outcomes_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_outcomes" ADD CONSTRAINT "job_outcomes_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_outcomes" ADD CONSTRAINT "job_outcomes_judgement_id_fkey" FOREIGN KEY ("judgement_id") REFERENCES "judgements"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_marks" ADD CONSTRAINT "job_marks_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_marks" ADD CONSTRAINT "job_marks_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Checks

ALTER TABLE "tokens"
  ADD CONSTRAINT "tokens_hash_is_sha256" CHECK (octet_length("hash") = 32),
  ADD CONSTRAINT "tokens_scopes_known" CHECK ("scopes" <@ ARRAY['read', 'submit', 'operate', 'admin', 'kernels', 'build']);

ALTER TABLE "workers"
  ADD CONSTRAINT "workers_capacity" CHECK ("slots" BETWEEN 1 AND 1024 AND "memory_mib" >= 0 AND "cores" >= 1),
  ADD CONSTRAINT "workers_accelerator_known" CHECK ("accelerator" IN ('kvm', 'tcg'));

ALTER TABLE "scenarios"
  ADD CONSTRAINT "scenarios_hash_is_sha256" CHECK ("hash" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "scenarios_text_bounded" CHECK (octet_length("text") <= 262144);

ALTER TABLE "blobs"
  ADD CONSTRAINT "blobs_sha256" CHECK ("sha256" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "blobs_size" CHECK ("size" >= 0);

ALTER TABLE "uploads"
  ADD CONSTRAINT "uploads_received_within_size" CHECK ("received" BETWEEN 0 AND "size"),
  ADD CONSTRAINT "uploads_token_of_attempt" CHECK (("attempt_id" IS NULL) = ("fencing_token" IS NULL));

ALTER TABLE "jobs"
  ADD CONSTRAINT "jobs_seed_range" CHECK ("seed" BETWEEN 0 AND 4294967295),
  ADD CONSTRAINT "jobs_driver_known" CHECK ("driver" IN ('qemu', 'simulated')),
  ADD CONSTRAINT "jobs_finished_has_time" CHECK (("state" = 'finished') = ("finished_at" IS NOT NULL));

ALTER TABLE "attempts"
  ADD CONSTRAINT "attempts_number_from_1" CHECK ("number" >= 1),
  ADD CONSTRAINT "attempts_end_is_whole" CHECK (("state" = 'ended') = ("ended_how" IS NOT NULL) AND ("state" = 'ended') = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "attempts_lease_once_claimed" CHECK ("state" IN ('assigned', 'ended') OR ("lease_expires_at" IS NOT NULL AND "instance" IS NOT NULL));

-- A job has one attempt at a time.
CREATE UNIQUE INDEX "attempts_one_live_per_job" ON "attempts" ("job_id") WHERE "state" <> 'ended';

ALTER TABLE "job_outcomes"
  ADD CONSTRAINT "job_outcomes_exit_code" CHECK ("exit_code" IN (0, 1, 2, 3, 4)),
  ADD CONSTRAINT "job_outcomes_verdict_has_judgement" CHECK (("outcome" IN ('pass', 'violation', 'inconclusive')) = ("judgement_id" IS NOT NULL));

ALTER TABLE "judgements"
  ADD CONSTRAINT "judgements_verdict" CHECK ("verdict" IN ('pass', 'violation', 'inconclusive'));

ALTER TABLE "kernel_fetches"
  ADD CONSTRAINT "kernel_fetches_state_known" CHECK ("state" IN ('waiting', 'running', 'done', 'failed')),
  ADD CONSTRAINT "kernel_fetches_end_has_time" CHECK (("state" IN ('done', 'failed')) = ("ended_at" IS NOT NULL));

ALTER TABLE "service_clock" ADD CONSTRAINT "service_clock_one_row" CHECK ("id" = 1);

-- Indexes over the few rows that are live

CREATE INDEX "kernel_fetches_open" ON "kernel_fetches" ("created_at", "id") WHERE "ended_at" IS NULL;
CREATE INDEX "jobs_waiting" ON "jobs" ("priority" DESC, "queued_at", "id") WHERE "state" = 'queued';
CREATE INDEX "jobs_unfinished" ON "jobs" ("state", "id") WHERE "state" <> 'finished';
CREATE INDEX "attempts_live" ON "attempts" ("lease_expires_at") WHERE "state" <> 'ended';
CREATE INDEX "events_unnumbered" ON "events" ("id") WHERE "number" IS NULL;

-- Names by a part of them

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "scenarios_name_part" ON "scenarios" USING gin ("name" gin_trgm_ops);

-- What jobs are found by

CREATE FUNCTION mark_jobs_by_label() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO job_marks (project_id, kind, value, created_at, job_id)
  SELECT DISTINCT project_id, 'label', label, created_at, id FROM added, unnest(labels) AS label;
  RETURN NULL;
END $$;

CREATE TRIGGER "jobs_mark_by_label" AFTER INSERT ON "jobs"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION mark_jobs_by_label();

CREATE FUNCTION mark_jobs_by_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO job_marks (project_id, kind, value, created_at, job_id)
  SELECT job.project_id, mark.kind, mark.value, job.created_at, job.id
    FROM added
    JOIN jobs job ON job.id = added.job_id
   CROSS JOIN LATERAL (
           SELECT 'outcome' AS kind, added.outcome::text AS value
     UNION ALL SELECT 'expected', added.as_expected::text
     UNION ALL SELECT DISTINCT 'rule', rule FROM unnest(added.rules) AS rule) AS mark;
  RETURN NULL;
END $$;

CREATE TRIGGER "job_outcomes_mark" AFTER INSERT ON "job_outcomes"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION mark_jobs_by_outcome();

-- First rows

INSERT INTO "projects" ("name") VALUES ('default');
INSERT INTO "service_clock" ("id") VALUES (1);
