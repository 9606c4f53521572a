import { describe, expect, it } from 'vitest';
import { FrameHeaders } from './headers.js';
import { parsePacket } from './parse-frame.js';

const tcp = 'c3501144' + '00000010' + '80000001' + '5018' + 'fff0' + '0000' + '0000';
const payload = '00112233';
const ipv4 = `4500002c00010000400600000a0000010a000002${tcp}${payload}`;
const addresses = 'fe800000000000000000000000000001' + 'fe800000000000000000000000000002';
const ipv6 = `6000000000180640${addresses}${tcp}${payload}`;
const cooked = '0000' + '0001' + '0006' + '5254000000010000';
const cooked2 = '0000' + '00000002' + '0001' + '00' + '06' + '5254000000010000';

function parse(link: number, hex: string, cutTo = Number.POSITIVE_INFINITY): FrameHeaders {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const headers = new FrameHeaders();
  parsePacket(link, bytes, 0, Math.min(cutTo, bytes.length), bytes.length, headers);
  return headers;
}

describe('parsePacket', () => {
  for (const [name, link, hex] of [
    ['Linux cooked, IPv4', 113, `${cooked}0800${ipv4}`],
    ['Linux cooked, IPv6', 113, `${cooked}86dd${ipv6}`],
    ['Linux cooked with a VLAN tag', 113, `${cooked}810000050800${ipv4}`],
    ['Linux cooked v2, IPv4', 276, `0800${cooked2}${ipv4}`],
    ['Linux cooked v2, IPv6', 276, `86dd${cooked2}${ipv6}`],
    ['raw IP, IPv4', 101, ipv4],
    ['raw IP, IPv6', 101, ipv6],
    ['raw IPv4', 228, ipv4],
    ['raw IPv6', 229, ipv6],
    ['BSD loopback of a little-endian machine', 0, `02000000${ipv4}`],
    ['BSD loopback of a big-endian machine', 0, `00000002${ipv4}`],
    ['BSD loopback, IPv6 of Darwin', 0, `1e000000${ipv6}`],
    ['OpenBSD loopback', 108, `00000018${ipv6}`],
  ] as const) {
    it(`finds TCP in ${name}`, () => {
      const headers = parse(link, hex);
      expect(headers).toMatchObject({
        problem: null,
        transport: 'tcp',
        sourcePort: 50_000,
        destinationPort: 4420,
        sequence: 16,
        payloadOffset: hex.length / 2 - 4,
        networkEnd: hex.length / 2,
      });
    });
  }

  it('takes a packet of which the capture kept the TCP header', () => {
    const whole = 20 + 20 + 4;
    for (const kept of [40, 42, 43]) {
      const headers = parse(101, ipv4, kept);
      expect(headers).toMatchObject({ problem: null, transport: 'tcp', networkEnd: whole });
    }
    expect(parse(101, ipv4, 39)).toMatchObject({ problem: 'the TCP header is cut' });
  });

  it('does not guess at a link type that it does not know', () => {
    expect(parse(147, ipv4)).toMatchObject({ problem: 'link type 147 is not known' });
  });
});
