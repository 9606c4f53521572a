import { describe, expect, it } from 'vitest';
import { kernelDetectors } from './kernel-detectors.js';

describe('the detectors of a kernel', () => {
  it('are those that its configuration turns on', () => {
    const config =
      'CONFIG_BUG=y\n# CONFIG_KASAN is not set\nCONFIG_DETECT_HUNG_TASK=y\nCONFIG_UBSAN=m\n';
    expect(kernelDetectors(config)).toEqual(['BUG and WARNING', 'hung task']);
  });

  it('are none where nothing is known', () => {
    expect(kernelDetectors('')).toEqual([]);
  });
});
