import { describe, expect, it } from 'vitest';
import { nxEnvironmentOf } from './nx-environment.mjs';

describe('nxEnvironmentOf', () => {
  it('keeps sockets inside the repository, unless their paths would be too long', () => {
    expect(nxEnvironmentOf('/home/me/fenceline').NX_SOCKET_DIR).toBe('/home/me/fenceline/.nx/s');
    expect(nxEnvironmentOf(`/home/${'me/'.repeat(20)}fenceline`)).not.toHaveProperty(
      'NX_SOCKET_DIR',
    );
  });
});
