import { tsharkLines } from './run-tshark.mjs';

/** What is read of a frame and of its PDUs; everything else that tshark prints is passed over. */
const wanted =
  /<(?:field name="(frame\.number|tcp\.stream|tcp\.segment|nvme-tcp\.(?:type|plen|flags\.pdu\.data_success|cmd\.qid|cmd\.cid)|nvme\.cmd\.(?:opc|cid|nsid|slba|nlb)|nvme\.fabrics\.cmd\.(?:fctype|cid)|nvme\.cqe\.(?:cid|status\.sc|status\.sct))"|proto name="(nvme-tcp|fake-field-wrapper)"|(packet)>)/;

/** `Frame: 12, payload: 0-1447 (1448 bytes)`: which of the bytes put together a frame brought. */
const segment = /showname="Frame: (\d+), payload: (\d+)-(\d+) /;
const shown = / show="([^"]*)"/;
const position = / pos="(\d+)"/;

/** What the present frame has: its PDUs, and how their bytes were put together of those of several frames. */
class FrameReader {
  number = 0;
  stream = 0;
  /** Of the PDUs that follow, until others are told. */
  #segments = [];
  /** Where the next of these PDUs begins. */
  #next = 0;
  #pdu = null;

  /** Takes one thing that tshark tells; returns the PDU that is complete with it, or null. */
  take([, name, proto, packet], line) {
    if (name !== undefined) {
      this.#field(name, line);
      return null;
    }
    const ended = this.end();
    if (packet !== undefined || proto === 'fake-field-wrapper') {
      this.#segments = [];
      this.#next = 0;
    } else {
      this.#pdu = { at: Number(position.exec(line)[1]), fields: {} };
    }
    return ended;
  }

  /** The PDU that is open, if there is one. */
  end() {
    if (this.#pdu === null) return null;
    const { at, fields } = this.#pdu;
    this.#pdu = null;
    const length = Number(fields['nvme-tcp.plen']);
    const total = (this.#segments.at(-1)?.to ?? -1) + 1;
    // A PDU behind the others may lie whole in the frame itself.
    const together = at === this.#next && at + length <= total;
    const segments = together ? this.#segments : [{ frame: this.number, from: at, to: Infinity }];
    if (together) this.#next = at + length;
    const frameOf = (byte) =>
      segments.find(({ from, to }) => from <= at + byte && at + byte <= to).frame;
    const parts = segments.filter(({ from, to }) => from < at + length && to >= at);
    const completedBy = Math.max(...parts.map(({ frame }) => frame));
    return { stream: this.stream, fields, frameOf, completedBy };
  }

  #field(name, line) {
    const value = shown.exec(line)?.[1] ?? '';
    if (name === 'frame.number') this.number = Number(value);
    else if (name === 'tcp.stream') this.stream = Number(value);
    else if (name === 'tcp.segment') {
      const [, frame, from, to] = segment.exec(line);
      this.#segments.push({ frame: Number(frame), from: Number(from), to: Number(to) });
    } else if (this.#pdu !== null) this.#pdu.fields[name] ??= value;
  }
}

/**
 * The NVMe/TCP PDUs of a capture as tshark sees them: the connection, the fields by their names in tshark, as text,
 * the frame that brought a byte of it (`frameOf`), and the frame with which it was complete (`completedBy`).
 */
export async function* tsharkPdus(file) {
  const reader = new FrameReader();
  const args = [
    // Captures at a receiver have a retransmission behind what came after the lost segment.
    ...['-o', 'tcp.reassemble_out_of_order:TRUE', '-Y', 'nvme-tcp', '-T', 'pdml'],
    ...['-J', 'frame tcp fake-field-wrapper tcp.segments tcp.segment nvme-tcp nvme'],
  ];
  for await (const line of tsharkLines(file, args)) {
    const found = wanted.exec(line);
    if (found === null) continue;
    const pdu = reader.take(found, line);
    if (pdu !== null) yield pdu;
  }
  const last = reader.end();
  if (last !== null) yield last;
}
