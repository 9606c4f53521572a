import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

const html = { headers: { accept: 'text/html,*/*' } };

describe('the dashboard beside the API', () => {
  let folder: string;
  let service: TestService;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fenceline-dashboard-'));
    await mkdir(path.join(folder, 'assets'));
    await writeFile(path.join(folder, 'index.html'), '<title>Fenceline</title>');
    await writeFile(path.join(folder, 'assets', 'main-abc.js'), 'export {};');
    service = await openTestService({ FENCELINE_DASHBOARD: folder });
  });
  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  it.each(['/', '/jobs', '/jobs/0190c5e1-0000-7000-8000-000000000000?tab=margins'])(
    'is the page for %s',
    async (address) => {
      const answer = await fetch(`${service.url}${address}`, html);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('<title>Fenceline</title>');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  it('allows its own scripts and styles alone, and no frame around it', async () => {
    const { headers } = await fetch(service.url, html);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('lets a browser keep files whose name changes with their content', async () => {
    const { status, headers } = await fetch(`${service.url}/assets/main-abc.js`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('javascript');
    expect(headers.get('cache-control')).toContain('immutable');
  });

  it.each([
    ['a file that is not there', '/assets/none.js', html],
    ['a program that mistook the address', '/jobs', { headers: { accept: 'application/json' } }],
    ['the API', '/api/v1/nothing', html],
    ['a way out of the folder', '/..%2fpackage.json', html],
  ])('is nothing for %s', async (_what, address, init) => {
    const answer = await fetch(`${service.url}${address}`, init);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('says that it was not built, and the API is there all the same', async () => {
    await rm(path.join(folder, 'index.html'));
    const answer = await fetch(service.url, html);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run build');
    expect((await fetch(`${service.url}/api/v1/health/live`)).status).toBe(200);
  });
});
