import { describe, expect, it } from 'vitest';
import { capabilitiesOf, parseFacts } from './kernel-capabilities.js';

interface Shown {
  ciu?: number;
  cirn?: bigint;
  ccrl?: number;
  cqtMs?: number;
  lines?: string[];
}

/** What a guest prints whose target answers Identify Controller so, and whose host and configfs say so. */
function printed({ ciu = 0, cirn = 0n, ccrl = 0, cqtMs = 0, lines = [] }: Shown): string {
  const identify = Buffer.alloc(4096);
  identify.writeUInt8(ciu, 135);
  identify.writeBigUInt64LE(cirn, 136);
  identify.writeUInt16LE(cqtMs, 386);
  identify.writeUInt8(ccrl, 1807);
  return [...lines, `identify ${identify.toString('base64')}`, ''].join('\n');
}

const capabilities = (shown: Shown): string[] => capabilitiesOf(parseFacts(printed(shown)));

const ccr = { ciu: 1, cirn: 0x0123_4567_89ab_cdefn, ccrl: 4 };
const hostReadsCcr = ['host-ciu 1', 'host-cirn 0123456789abcdef'];
const cqt = { cqtMs: 12_345 };
const hostReadsCqt = ['configured-cqt 12345', 'host-cqt 12345'];

describe('the capabilities of a kernel', () => {
  it('are none where target and host know neither CCR nor CQT', () => {
    expect(capabilities({})).toEqual([]);
  });

  it('are those that its target reports and its host has read', () => {
    expect(capabilities({ ...ccr, ...cqt, lines: [...hostReadsCcr, ...hostReadsCqt] })).toEqual([
      'ccr',
      'cqt',
    ]);
    expect(capabilities({ ...ccr, lines: hostReadsCcr })).toEqual(['ccr']);
    expect(capabilities({ ...cqt, lines: hostReadsCqt })).toEqual(['cqt']);
  });

  it('have no ccr where one side, or one of its fields, is missing', () => {
    expect(capabilities(ccr)).toEqual([]);
    expect(capabilities({ ...ccr, ccrl: 0, lines: hostReadsCcr })).toEqual([]);
    expect(capabilities({ ...ccr, ciu: 0, lines: hostReadsCcr })).toEqual([]);
    expect(capabilities({ ...ccr, lines: ['host-ciu 1', 'host-cirn 0'] })).toEqual([]);
    expect(capabilities({ ...ccr, ciu: 2, lines: hostReadsCcr })).toEqual([]);
  });

  it('have no cqt where it cannot be set, is not reported, or is not read', () => {
    expect(capabilities({ ...cqt, lines: ['host-cqt 12345'] })).toEqual([]);
    expect(capabilities({ lines: hostReadsCqt })).toEqual([]);
    expect(capabilities({ ...cqt, lines: ['configured-cqt 12345'] })).toEqual([]);
  });

  it('are not guessed from half an answer', () => {
    expect(() => parseFacts('identify AAAA\n')).toThrow(/did not answer Identify Controller/);
  });
});
