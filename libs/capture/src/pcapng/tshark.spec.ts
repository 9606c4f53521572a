import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PcapngEncoder } from './encoder.js';

const missing = spawnSync('tshark', ['--version']).error !== undefined;

const fields = [
  'number',
  'time_epoch',
  'len',
  'interface_name',
  'comment',
  'packet_flags_direction',
];

/** The fields of each packet as tshark prints them. */
function tshark(file: string): string[][] {
  const wanted = fields.flatMap((field) => ['-e', `frame.${field}`]);
  const args = ['-r', file, '-T', 'fields', '-E', 'separator=|', '-E', 'aggregator=;', ...wanted];
  const text = execFileSync('tshark', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|'));
}

describe('tshark', () => {
  it('reads our times to the nanosecond, names, directions and comments', (context) => {
    context.skip(missing, 'tshark is not installed: apt-get install tshark');
    const encoder = new PcapngEncoder();
    encoder.section('fenceline');
    encoder.describeInterface({
      name: 'A.host',
      description: "link A at the host's port",
      timestampOffsetSeconds: 1_790_000_000,
    });
    const frame = (length: number) => new Uint8Array(length).fill(0x11);
    encoder.packet(0, frame(60), 'outbound');
    encoder.packet(1_234_567_891, frame(61), 'inbound', ['fault: dropped, link A down to-node']);
    encoder.packet(8_640_000_000_000_001, frame(1514), 'unknown', ['begins: é', 'ends']);
    const folder = mkdtempSync(join(tmpdir(), 'tshark-'));
    try {
      const file = join(folder, 'A.host.pcapng');
      writeFileSync(file, encoder.take(new ArrayBuffer(0)));
      expect(tshark(file)).toEqual([
        ['1', '1790000000.000000000', '60', 'A.host', '', '0x00000002'],
        [
          '2',
          '1790000001.234567891',
          '61',
          'A.host',
          'fault: dropped, link A down to-node',
          '0x00000001',
        ],
        ['3', '1798640000.000000001', '1514', 'A.host', 'begins: é;ends', '0x00000000'],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
