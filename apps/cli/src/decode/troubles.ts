import { linkTypeName } from '@fenceline/capture/reading';
import { NVME_PORTS, type CaptureDecoder } from '@fenceline/history/decode';

/** Sentences on what a capture had that the rows do not show. */
export function troublesOf(
  { trouble, connections }: CaptureDecoder,
  packets: number,
  untimedPackets: number,
  ports: readonly number[] | null,
): string[] {
  const all: string[] = [];
  const tell = (count: number, text: string) => {
    if (count > 0) all.push(text);
  };
  if (connections === 0 && packets > 0) {
    const where = (ports ?? NVME_PORTS).join(' and ');
    all.push(
      `no NVMe/TCP: no connection at port ${where}, and none that begins with an ICReq (--port N names another)`,
    );
  }
  tell(
    trouble.unknownLinkPackets,
    `${trouble.unknownLinkPackets} packets of link type ${trouble.unknownLinkType}${linkTypeName(trouble.unknownLinkType) ?? ''}, which is not known, were left out`,
  );
  tell(
    trouble.midStream,
    `${trouble.midStream} connections were open already when the capture began: their association and queue are not known`,
  );
  tell(
    trouble.undecodable,
    `${trouble.undecodable} connections have no NVMe/TCP PDU that can be found: another protocol, or TLS`,
  );
  tell(
    trouble.missingBytes,
    `${trouble.missingBytes} bytes of NVMe/TCP connections are not in the capture or could not be decoded: commands and answers may be missing`,
  );
  tell(trouble.losses, `a stream made no sense ${trouble.losses} times and was taken up again`);
  tell(
    trouble.strayAnswers,
    `${trouble.strayAnswers} answers belong to commands that were not captured`,
  );
  tell(trouble.badDigests, `${trouble.badDigests} PDUs have a digest that does not match`);
  tell(trouble.fragments, `${trouble.fragments} IP fragments were left out`);
  tell(untimedPackets, `${untimedPackets} packets have no time: they got that of the one before`);
  return all;
}
