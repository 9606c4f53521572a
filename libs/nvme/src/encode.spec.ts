import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';
import {
  encodeC2hData,
  encodeC2hDataHead,
  encodeDigest,
  encodeIcReq,
  encodeIcResp,
  encodeR2t,
  encodeResponse,
  encodeTermReq,
  FatalError,
} from './encode.js';
import {
  cqeDoNotRetry,
  cqeSqHead,
  icDataAlignment,
  icDigests,
  icReqMaxR2t,
  icRespMaxH2cData,
  icVersion,
  PduDecoder,
  PduType,
  termFatalErrorInformation,
  termFatalErrorStatus,
  transferLength,
  type Pdu,
} from './index.js';

const viewOf = ({ buffer, byteOffset, length }: Uint8Array) =>
  new DataView(buffer, byteOffset, length);

/** Decodes one PDU and calls back while it is there. */
function decode(bytes: Uint8Array, onEnd: (pdu: Pdu) => void): void {
  let ends = 0;
  const decoder = new PduDecoder({
    onHeader: () => undefined,
    onData: () => undefined,
    onEnd: (pdu) => {
      ends++;
      onEnd(pdu);
    },
    onLost: (reason) => {
      throw new Error(reason);
    },
  });
  decoder.push(bytes, 0, bytes.length, 0, 0);
  expect([ends, decoder.betweenPdus]).toEqual([1, true]);
}

describe('encoders', () => {
  it('say in ICReq and ICResp what the sender wants', () => {
    const request = viewOf(encodeIcReq({ header: true, data: true, alignment: 3, maxR2t: 4 }));
    expect([icDigests(request), icDataAlignment(request), icReqMaxR2t(request)]).toEqual([3, 3, 4]);
    const response = viewOf(encodeIcResp(8192, { data: true, version: 1 }));
    expect([icDigests(response), icRespMaxH2cData(response), icVersion(response)]).toEqual([
      2, 8192, 1,
    ]);
  });

  it('put the header of the bad PDU into a TermReq', () => {
    const bad = Uint8Array.from({ length: 72 }, (_, i) => i);
    const bytes = encodeTermReq(PduType.c2hTermReq, FatalError.dataOutOfRange, 12, bad);
    expect(bytes.subarray(24)).toEqual(bad);
    decode(bytes, ({ view, length }) => {
      expect([termFatalErrorStatus(view), termFatalErrorInformation(view), length]).toEqual([
        4, 12, 96,
      ]);
    });
  });

  it('sign R2T and responses with a header digest', () => {
    const digests = { header: true };
    const fields = { cid: 1, tag: 2, offset: 3, length: 4 };
    decode(encodeR2t(fields, digests), ({ view, headerDigestOk }) => {
      expect([transferLength(view), headerDigestOk]).toEqual([4, true]);
    });
    const answer = { cid: 1, status: 2, sqHead: 7, doNotRetry: true };
    decode(encodeResponse(answer, digests), ({ view, headerDigestOk }) => {
      expect([cqeSqHead(view, 8), cqeDoNotRetry(view, 8), headerDigestOk]).toEqual([7, true, true]);
    });
  });

  it('make of head, data and digest the same PDU as at once', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.record({ header: fc.boolean(), data: fc.boolean() }),
        fc.nat(60),
        (data, digests, padding) => {
          const fields = { cid: 5, offset: 512, last: true, success: true, padding };
          const whole = encodeC2hData({ ...fields, data }, digests);
          const head = encodeC2hDataHead({ ...fields, length: data.length }, digests);
          const digest = digests.data ? encodeDigest(crc32c(data)) : [];
          expect(Uint8Array.from([...head, ...data, ...digest])).toEqual(whole);
        },
      ),
    );
  });
});
