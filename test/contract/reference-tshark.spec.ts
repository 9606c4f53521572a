import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestConnection, Traffic } from '@fenceline/history/testing';
import { DISCOVERY_NQN, type Digests } from '@fenceline/nvme';
import { block, HostAssociation, HostQueue, TestLab, type Tap } from '@fenceline/reference/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { run } from '../support/run-fenceline.js';

/** A program and tshark are started for each capture. */
vi.setConfig({ testTimeout: 180_000 });

const missing = spawnSync('tshark', ['--version']).error !== undefined;
const folder = mkdtempSync(join(tmpdir(), 'fenceline-reference-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A scripted host and the reference controller say all that the controller can; the capture of it. */
function talk(digests: Digests): string {
  const traffic = new Traffic();
  const link = traffic.link('A');
  /** A tap of a connection of its own. */
  const options = () => {
    const connection = new TestConnection(traffic, link);
    const tap: Tap = (direction, bytes) => void connection.send(direction, bytes);
    return { digests, tap };
  };
  const lab = new TestLab();
  const node = lab.node({ settings: { maxH2cData: 8192, ccr: { immediate: false } } });
  const discovery = new HostQueue(lab, node, 1, options());
  discovery.connect({ subsystemNqn: DISCOVERY_NQN });
  discovery.propertySet(0x14, (4 << 20) | (6 << 16) | 1);
  discovery.log(0x70, 4096);
  const lost = new HostAssociation(lab, node, 1, { optionsOf: options });
  const source = new HostAssociation(lab, node, 1, { optionsOf: options });
  for (const cns of [0x00, 0x02, 0x03, 0x06, 0x08, 0x1c]) source.admin.identify(cns, 1);
  for (const page of [0x01, 0x02, 0x05, 0x0c]) source.admin.log(page, 512);
  source.request();
  for (let slba = 0; slba < 8; slba++) lost.io.write(slba, block(slba), slba % 2 === 0);
  lost.io.write(20, new Uint8Array(16 * 4096), false);
  lab.run();
  lost.io.read(0, 8);
  lost.io.read(400, 1);
  lab.run();
  source.admin.ccr(lost.instance);
  lab.run();
  source.ccrLog();
  const file = join(folder, 'capture.pcapng');
  writeFileSync(file, link.captures.host.take(new ArrayBuffer(64)));
  return file;
}

/** Without tshark there is nobody to ask: `apt-get install tshark`. */
describe.skipIf(missing)('the reference controller, as tshark reads it', () => {
  it.each<[string, Digests]>([
    ['no digests', {}],
    ['header and data digests', { header: true, data: true }],
  ])('says nothing malformed with %s', async (_, digests) => {
    const file = talk(digests);
    const filter = ['-r', file, '-Y', '_ws.malformed || _ws.expert.severity == error'];
    const { stdout, status } = spawnSync('tshark', filter, { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
    const compared = await run(['scripts/compare-decode.mjs', file]);
    expect(compared.exitCode, compared.stdout + compared.stderr).toBe(0);
    expect(compared.stdout).toMatch(/: 36 commands alike, 36 answered/);
  });
});
