import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Background } from '../background/background.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

describe('metrics', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
  });
  afterAll(() => service.close());

  async function metrics(projectId?: string): Promise<string> {
    const token = await service.token(['read'], 'prometheus', projectId);
    const response = await fetch(`${service.url}/api/v1/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.headers.get('content-type')).toMatch(
      /^text\/plain; (charset=utf-8; )?version=0.0.4/,
    );
    return response.text();
  }

  it("tell of the project's workers and events, and of no other's", async () => {
    const { application, database, projectId } = service;
    // The relay would number the event before its lag is read.
    await application.get(Background).stop();
    await database.query(
      `INSERT INTO workers (project_id, owner, name, credential_hash, slots, memory_mib, cores, labels, version)
       SELECT $1, 'o', 'w' || n, sha256(n::text::bytea), 1, 1, 1, '{}', '1' FROM generate_series(1, 3) n`,
      [projectId],
    );
    await database.query(
      `INSERT INTO events (project_id, owner, type, data, created_at)
       VALUES ($1, 'o', 'x', '{}', now() - interval '1 hour')`,
      [projectId],
    );
    const other = await database.prisma.project.create({ data: { name: 'other' } });
    const [ours, theirs] = [await metrics(), await metrics(other.id)];
    expect(ours).toContain('fenceline_workers{state="enabled"} 3');
    expect(Number(/^fenceline_relay_lag_seconds (\S+)$/m.exec(ours)?.[1])).toBeGreaterThan(3599);
    expect(theirs).not.toContain('fenceline_workers{');
    expect(theirs).toContain('fenceline_relay_lag_seconds 0');
    expect(theirs).toContain('fenceline_queue_age_seconds 0');
  });

  it('tell how long each operation took, and what was answered', async () => {
    await fetch(`${service.url}/api/v1/scenarios`);
    await fetch(`${service.url}/api/v1/nothing`);
    const text = await metrics();
    expect(text).toMatch(
      /^fenceline_http_seconds_count{operation="listScenarios",status="401"} 1$/m,
    );
    expect(text).toMatch(/^fenceline_http_seconds_count{operation="none",status="404"} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  });
});
