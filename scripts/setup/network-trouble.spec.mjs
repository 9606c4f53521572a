import { describe, expect, it } from 'vitest';
import { networkTrouble } from './network-trouble.mjs';

describe('networkTrouble', () => {
  it.each([
    'E: Failed to fetch http://packages.example/debian/dists/bookworm/InRelease  Temporary failure resolving',
    'npm error code EAI_AGAIN\nnpm error request to https://packages.example/zod failed',
    'npm error network request to https://example.org failed, reason: connect ECONNREFUSED',
  ])('sees that the network is away: %s', (output) => {
    expect(networkTrouble(output, 'npm packages')).toContain('npm packages could not be fetched');
  });

  it('does not blame the network for other failures', () => {
    expect(
      networkTrouble(
        'npm error code EUSAGE\nnpm error The lockfile is out of sync',
        'npm packages',
      ),
    ).toBeNull();
    expect(networkTrouble('E: Unable to locate package nonsense', 'Debian packages')).toBeNull();
  });
});
