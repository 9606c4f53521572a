import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeModule } from './elf.testing.js';
import { testFolder } from './folder.testing.js';
import { ModuleFolder, moduleInfo, moduleName } from './kernel-modules.js';

describe('a kernel module', () => {
  it('has one name whatever its file is called', () => {
    for (const path of ['a/nvme-tcp.ko', 'nvme_tcp.ko.xz', 'nvme-tcp', '/x/nvme-tcp.ko.zst']) {
      expect(moduleName(path)).toBe('nvme_tcp');
    }
  });

  it('says what it needs and which kernel it is of', () => {
    const bytes = makeModule({
      depends: ['nvme-core', 't10-pi'],
      softdep: 'pre: crc32c  other post: late',
      release: '6.1.0-9',
    });
    expect(moduleInfo(bytes)).toEqual({
      depends: ['nvme_core', 't10_pi'],
      softBefore: ['crc32c', 'other'],
      kernelRelease: '6.1.0-9',
    });
    expect(moduleInfo(Buffer.from('no ELF file'))).toEqual({
      depends: [],
      softBefore: [],
      kernelRelease: '',
    });
  });
});

describe('the order of loading', () => {
  it('puts each module after what it needs, wanted and optional ones', async () => {
    const folder = await ModuleFolder.open(
      await testFolder({
        'kernel/drivers/nvme-tcp.ko': makeModule({ depends: ['nvme-core', 'nvme-fabrics'] }),
        'kernel/drivers/nvme-fabrics.ko.gz': gzipSync(makeModule({ depends: ['nvme-core'] })),
        'kernel/drivers/nvme-core.ko': makeModule({ softdep: 'pre: crc absent' }),
        'kernel/lib/crc.ko': makeModule({}),
        'kernel/lib/extra.ko': makeModule({}),
        'kernel/unused.ko': makeModule({}),
      }),
    );
    const { order, missing } = await folder.loadOrder(['nvme_tcp'], ['extra', 'not-there']);
    expect(order.map(({ name }) => name)).toEqual([
      'extra',
      'crc',
      'nvme_core',
      'nvme_fabrics',
      'nvme_tcp',
    ]);
    expect(missing).toEqual([]);
  });

  it('leaves out what the kernel itself holds and names what is missing', async () => {
    const folder = await ModuleFolder.open(
      await testFolder({
        'modules.builtin': 'kernel/fs/configfs/configfs.ko\n',
        'nvmet.ko': makeModule({ depends: ['configfs', 't10-pi'] }),
      }),
    );
    const { order, missing } = await folder.loadOrder(['configfs', 'nvmet', 'nvmet-tcp']);
    expect(order.map(({ name }) => name)).toEqual(['nvmet']);
    expect(missing).toEqual(['t10_pi (needed by nvmet)', 'nvmet_tcp']);
  });

  it('holds for any graph without circles', async () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(edges, async (pairs) => {
        const needs = (index: number): string[] =>
          pairs.filter(([from, to]) => from === index && to < index).map(([, to]) => `m${to}`);
        const root = await testFolder(
          Object.fromEntries(
            Array.from({ length: 10 }, (_, index) => [
              `m${index}.ko`,
              makeModule({ depends: needs(index) }),
            ]),
          ),
        );
        const { order } = await (await ModuleFolder.open(root)).loadOrder(['m9', 'm3']);
        const at = new Map(order.map(({ name }, index) => [name, index]));
        expect(at.size).toBe(order.length);
        for (const { name, depends } of order) {
          for (const before of depends) expect(at.get(before)).toBeLessThan(at.get(name)!);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('needs a folder', async () => {
    await expect(ModuleFolder.open('/no/such/folder')).rejects.toThrow(/is missing/);
  });
});
