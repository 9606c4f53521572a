import type { Sql } from '../database/sql.js';

/** Attempts of one job that workers may lose. */
export const attemptLimit = 3;

/** The part of a lease's time for which the service may be silent without having been away. */
export const silenceOfLease = 1 / 3;

/**
 * Whether a lease that is past its time counts as expired. After an outage of the service none does, until every worker
 * had the time of one lease to renew; and none does before a control plane has looked whether there was an outage.
 */
export async function leasesExpire(sql: Sql, leaseSeconds: number): Promise<boolean> {
  const [row] = await sql.query<{ expire: boolean }>(
    `SELECT (grace_until IS NULL OR grace_until <= now())
            AND alive_at >= now() - make_interval(secs => $1) AS expire
       FROM service_clock`,
    [leaseSeconds * silenceOfLease],
    { prepared: true },
  );
  return row!.expire;
}

/**
 * Says that the service is alive. After a silence, in which no worker could renew its lease, it gives all of them the
 * time of one.
 */
export async function touchServiceClock(sql: Sql, leaseSeconds: number): Promise<void> {
  await sql.query(
    `UPDATE service_clock
        SET alive_at = clock_timestamp(),
            grace_until = CASE WHEN alive_at < clock_timestamp() - make_interval(secs => $1)
                               THEN clock_timestamp() + make_interval(secs => $2)
                               ELSE grace_until END`,
    [leaseSeconds * silenceOfLease, leaseSeconds],
  );
}
