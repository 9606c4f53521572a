import { expect, it } from 'vitest';
import { testFolder } from './folder.testing.js';
import { describePackage, fetchPackages, parseControl } from './debian-packages.js';

it('control text is read field by field, its continued lines joined', () => {
  const [first, second] = parseControl('Package: a\nDescription: b\n more\n\nPackage: c\n\n\n');
  expect(Object.fromEntries(first!)).toEqual({ Package: 'a', Description: 'b\nmore' });
  expect(Object.fromEntries(second!)).toEqual({ Package: 'c' });
});

it('a package that apt does not know is told with the command that mends it', async () => {
  await expect(
    fetchPackages(['no-such-package-of-debian'], await testFolder(), () => undefined),
  ).rejects.toThrow(
    /could not fetch no-such-package-of-debian\. .*apt-get update\nE: Unable to locate/s,
  );
});

it('a file that is no package is told', async () => {
  const folder = await testFolder({ 'x.deb': 'nothing' });
  await expect(describePackage(`${folder}/x.deb`)).rejects.toThrow(
    /x\.deb is not a Debian package/,
  );
});
