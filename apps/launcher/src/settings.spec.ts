import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.js';

describe('the settings of the launcher', () => {
  it('have defaults', () => {
    expect(readSettings({ FENCELINE_DATA: '/data', FENCELINE_PORT: '0' })).toEqual({
      ...{ data: '/data', databaseUrl: undefined, redisUrl: undefined, port: undefined },
      ...{ postgresPort: undefined, redisPort: undefined, drainSeconds: 120 },
    });
    expect(readSettings({}).data).toMatch(/fenceline$/);
  });

  it('are read, and all that are wrong are told at once', () => {
    const given = { FENCELINE_PORT: '8080', FENCELINE_DRAIN_SECONDS: '0' };
    expect(readSettings(given)).toMatchObject({ port: 8080, drainSeconds: 0 });
    expect(() =>
      readSettings({ FENCELINE_PORT: '70000', FENCELINE_DRAIN_SECONDS: 'soon' }),
    ).toThrow(/FENCELINE_PORT: .*65535\n {2}FENCELINE_DRAIN_SECONDS: /);
  });
});
