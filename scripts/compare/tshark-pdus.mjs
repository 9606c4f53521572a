import { tsharkLines } from './run-tshark.mjs';

/** What is read of a frame and of its PDUs; everything else that tshark prints is passed over. */
const wanted =
  /<(?:field name="(frame\.number|frame\.time_epoch|tcp\.stream|tcp\.segment|nvme-tcp\.(?:type|flags\.pdu\.data_success|cmd\.qid|cmd\.cid)|nvme\.cmd\.(?:opc|cid|nsid|slba|nlb)|nvme\.fabrics\.cmd\.(?:fctype|cid)|nvme\.cqe\.(?:cid|status\.sc|status\.sct))"|proto name="(nvme-tcp)"|(packet)>)/;

/** `Frame: 12, payload: 0-1447 (1448 bytes)`: which bytes of a PDU a frame brought. */
const segment = /showname="Frame: (\d+), payload: (\d+)-(\d+) /;
const shown = / show="([^"]*)"/;

/**
 * The NVMe/TCP PDUs of a capture as tshark sees them: frame and time in which each was complete, its connection, the
 * frames that brought its bytes, and its fields, by their names in tshark, as text.
 */
export async function* tsharkPdus(file) {
  let frame = {};
  let segments = [];
  let pdu = null;
  const args = [
    // Captures at a receiver have a retransmission behind what came after the lost segment.
    ...['-o', 'tcp.reassemble_out_of_order:TRUE'],
    ...[
      '-Y',
      'nvme-tcp',
      '-T',
      'pdml',
      '-J',
      'frame tcp fake-field-wrapper tcp.segments tcp.segment nvme-tcp nvme',
    ],
  ];
  for await (const line of tsharkLines(file, args)) {
    const found = wanted.exec(line);
    if (found === null) continue;
    const [, name, proto, packet] = found;
    if (packet !== undefined || proto !== undefined) {
      if (pdu !== null) yield pdu;
      pdu = null;
      if (packet !== undefined) frame = {};
      else pdu = { frame: frame.number, stream: frame.stream, segments, fields: {} };
      segments = [];
      continue;
    }
    const value = shown.exec(line)?.[1] ?? '';
    if (name === 'frame.number') frame.number = Number(value);
    else if (name === 'tcp.stream') frame.stream = Number(value);
    else if (name === 'tcp.segment') {
      const [, number, from, to] = segment.exec(line) ?? [];
      segments.push({ frame: Number(number), from: Number(from), to: Number(to) });
    } else if (pdu !== null) pdu.fields[name] ??= value;
  }
  if (pdu !== null) yield pdu;
}
