import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from './address.js';
import { FrameHeaders, tcpFlag } from './headers.js';
import { parseFrame } from './parse-frame.js';

const macs = '525400000001525400000002';
const tcp = 'c3501144' + '00000010' + '80000001' + '6012' + 'fff0' + '0000' + '0000' + '020405b4';
const payload = '00112233';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hex(value: number, digits = 4): string {
  return value.toString(16).padStart(digits, '0');
}

function ipv4(body: string, { options = '', fragment = 0 } = {}): string {
  const header = 20 + options.length / 2;
  const total = header + body.length / 2;
  return (
    `0800${hex(0x40 | (header / 4), 2)}00${hex(total)}0001${hex(fragment)}40060000` +
    `0a0000010a000002${options}${body}`
  );
}

function ipv6(next: number, body: string): string {
  const addresses = 'fe800000000000000000000000000001' + 'fe800000000000000000000000000002';
  return `86dd60000000${hex(body.length / 2)}${hex(next, 2)}40${addresses}${body}`;
}

function parse(frame: string): FrameHeaders {
  const headers = new FrameHeaders();
  parseFrame(bytes(frame), headers);
  return headers;
}

function expectTcp(headers: FrameHeaders, payloadOffset: number): void {
  expect(headers).toMatchObject({
    problem: null,
    transport: 'tcp',
    sourcePort: 50_000,
    destinationPort: 4420,
    sequence: 16,
    acknowledgement: 0x8000_0001,
    flags: tcpFlag.syn | tcpFlag.ack,
    window: 0xfff0,
    optionsOffset: payloadOffset - 4,
    payloadOffset,
    networkEnd: payloadOffset + 4,
  });
}

describe('parseFrame', () => {
  it('finds TCP in IPv4 and leaves Ethernet padding out', () => {
    const frame = `${macs}${ipv4(tcp + payload)}000000000000`;
    const headers = parse(frame);
    expectTcp(headers, 58);
    expect(headers).toMatchObject({
      network: 'ipv4',
      vlan: -1,
      etherType: 0x0800,
      networkOffset: 14,
    });
    const address = (offset: number) => formatAddress(bytes(frame), offset, headers.addressLength);
    expect(address(headers.sourceAddressOffset)).toBe('10.0.0.1');
    expect(address(headers.destinationAddressOffset)).toBe('10.0.0.2');
  });

  it('steps over VLAN tags and IPv4 options', () => {
    const headers = parse(`${macs}88a80064810000c8${ipv4(tcp + payload, { options: '01010100' })}`);
    expectTcp(headers, 14 + 8 + 24 + 24);
    expect(headers.vlan).toBe(100);
  });

  it('finds TCP behind the extension headers of IPv6', () => {
    const hopByHop = '3c00000000000000';
    const destinationOptions = '2c01' + '00'.repeat(14);
    const firstFragment = '0600000100000001';
    const headers = parse(
      macs + ipv6(0, hopByHop + destinationOptions + firstFragment + tcp + payload),
    );
    expectTcp(headers, 14 + 40 + 8 + 16 + 8 + 24);
    expect(headers).toMatchObject({ network: 'ipv6', fragment: true, addressLength: 16 });
  });

  it('does not look for TCP in later fragments', () => {
    expect(parse(macs + ipv4(tcp + payload, { fragment: 0x2001 }))).toMatchObject({
      fragment: true,
      transport: 'none',
      problem: null,
    });
    expect(parse(macs + ipv6(44, '0600000800000001' + tcp))).toMatchObject({
      fragment: true,
      transport: 'none',
      problem: null,
    });
  });

  it('reads ARP', () => {
    const arp =
      '0806' + '00010800' + '06040002' + '525400000002' + '0a000002' + '525400000001' + '0a000001';
    const headers = parse(macs + arp);
    expect(headers).toMatchObject({ network: 'arp', transport: 'none', arpOperation: 2 });
    expect(formatAddress(bytes(macs + arp), headers.sourceAddressOffset, 4)).toBe('10.0.0.2');
    expect(formatAddress(bytes(macs + arp), headers.destinationAddressOffset, 4)).toBe('10.0.0.1');
  });

  it('names other transports and other protocols without a problem', () => {
    expect(parse(`${macs}86dd6000000000083a40${'00'.repeat(32)}8700000000000000`)).toMatchObject({
      network: 'ipv6',
      transport: 'other',
      protocol: 58,
      problem: null,
    });
    expect(parse(`${macs}88cc0207`)).toMatchObject({
      network: 'other',
      etherType: 0x88cc,
      problem: null,
    });
  });

  it('says what is wrong with a frame that contradicts itself', () => {
    const sound = macs + ipv4(tcp + payload);
    const changed = (at: number, value: string) =>
      sound.slice(0, at * 2) + value + sound.slice(at * 2 + value.length);
    expect(parse(changed(14, '65')).problem).toMatch(/version or header length/);
    expect(parse(changed(14, '44')).problem).toMatch(/version or header length/);
    expect(parse(changed(16, '0010')).problem).toMatch(/shorter than its header/);
    expect(parse(changed(16, '0100')).problem).toMatch(/longer than its frame/);
    expect(parse(changed(46, 'f0')).problem).toMatch(/TCP header states a wrong length/);
    expect(parse(macs).problem).toMatch(/Ethernet header is cut/);
    expect(parse(macs + ipv6(0, 'ff')).problem).toMatch(/extension header is cut/);
    expect(parse(macs + ipv6(0, '06ff000000000000')).problem).toMatch(/runs past/);
  });

  it('calls a frame that is cut anywhere inside its headers wrong, and never reads past its end', () => {
    const whole = bytes(macs + ipv4(tcp + payload));
    const headers = new FrameHeaders();
    for (let length = 0; length < whole.length; length++) {
      parseFrame(whole.subarray(0, length), headers);
      expect(headers.problem).not.toBeNull();
      expect(headers.transport).toBe('none');
    }
  });

  it('takes any bytes, and where it finds TCP the offsets lie in the frame', () => {
    const headers = new FrameHeaders();
    const starts = fc.constantFrom(
      macs,
      `${macs}0800`,
      `${macs}080045`,
      `${macs}86dd60`,
      `${macs}8100`,
      `${macs}0806`,
    );
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 120 }), (start, rest) => {
        const frame = Uint8Array.from([...bytes(start), ...rest]);
        parseFrame(frame, headers);
        if (headers.transport !== 'tcp') return;
        expect(headers.optionsOffset).toBeLessThanOrEqual(headers.payloadOffset);
        expect(headers.payloadOffset).toBeLessThanOrEqual(headers.networkEnd);
        expect(headers.networkEnd).toBeLessThanOrEqual(frame.length);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatAddress', () => {
  it('writes IPv6 as RFC 5952 says', () => {
    const text = (address: string) => formatAddress(bytes(address), 0, 16);
    expect(text('00'.repeat(16))).toBe('::');
    expect(text('00'.repeat(15) + '01')).toBe('::1');
    expect(text('fe80' + '00'.repeat(14))).toBe('fe80::');
    expect(text('20010db8000000010001000100010001')).toBe('2001:db8:0:1:1:1:1:1');
    expect(text('20010000000000010000000000000001')).toBe('2001:0:0:1::1');
    expect(text('20010db8000000000001000000000001')).toBe('2001:db8::1:0:0:1');
  });
});
