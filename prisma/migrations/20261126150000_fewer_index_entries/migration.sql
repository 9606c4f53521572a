-- What is written most often writes to fewer indexes.

-- Steps of an attempt change its state and lease. While no index, and no condition of one, names these, Postgres writes
-- the new row beside the old one and leaves the indexes alone (HOT), for which pages keep room. By a check of the first
-- migration `ended_at` is null exactly while the state is not 'ended'.
DROP INDEX "attempts_live";
DROP INDEX "attempts_one_live_per_job";
DROP INDEX "attempts_worker_id_state_idx";
CREATE UNIQUE INDEX "attempts_one_live_per_job" ON "attempts" ("job_id") WHERE "ended_at" IS NULL;
CREATE INDEX "attempts_live" ON "attempts" ("worker_id") WHERE "ended_at" IS NULL;
CREATE INDEX "attempts_worker_id_idx" ON "attempts"("worker_id");
ALTER TABLE "attempts" SET (fillfactor = 50);

-- An event is written twice: without a number by its cause, with one by the relay. It is looked for once it has one.
DROP INDEX "events_number_key";
DROP INDEX "events_run_id_number_idx";
DROP INDEX "events_created_at_idx";
CREATE UNIQUE INDEX "events_number_key" ON "events" ("number") WHERE "number" IS NOT NULL;
CREATE INDEX "events_run_id_number_idx" ON "events" ("run_id", "number") WHERE "number" IS NOT NULL;
