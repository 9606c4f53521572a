import { adminName, fabricsName, headerLengthOf, ioName, PduType } from '@fenceline/nvme';
import { tsharkFields } from './run-tshark.mjs';
import { tsharkPdus } from './tshark-pdus.mjs';

/** I/O commands of which tshark shows SLBA and NLB. */
const withRange = new Set([0x01, 0x02, 0x04, 0x05, 0x08, 0x0c]);

/**
 * The commands of a capture as tshark sees them, in the order sent, each with its answer if it has one: what
 * `fenceline decode` says of it, in the same words.
 */
export async function commandsOfTshark(file) {
  const times = new Map();
  for await (const [number, time] of tsharkFields(file, 'tcp', [
    'frame.number',
    'frame.time_epoch',
  ])) {
    times.set(Number(number), time);
  }
  const commands = [];
  const open = new Map();
  for await (const pdu of tsharkPdus(file)) {
    const type = Number(pdu.fields['nvme-tcp.type']);
    if (type === PduType.capsuleCmd) {
      const command = commandOf(pdu, times);
      commands.push(command);
      open.set(`${pdu.stream} ${command.cid}`, command);
      continue;
    }
    const answer = answerOf(type, pdu.fields);
    if (answer === null) continue;
    const key = `${pdu.stream} ${answer.cid}`;
    const command = open.get(key);
    if (command === undefined) continue;
    open.delete(key);
    command.status = answer.status;
    command.answerFrame = pdu.frame;
    command.answerTime = times.get(pdu.frame);
  }
  return commands.sort((a, b) => a.frame - b.frame || a.cid - b.cid);
}

function commandOf({ fields, stream, frame, segments }, times) {
  const queue = Number(fields['nvme-tcp.cmd.qid']);
  const number = (name) => (fields[name] === undefined ? null : Number(fields[name]));
  const fabricsType = number('nvme.fabrics.cmd.fctype');
  const opcode = number('nvme.cmd.opc');
  const lastOfHeader = headerLengthOf(PduType.capsuleCmd) - 1;
  const header = segments.find(({ from, to }) => from <= lastOfHeader && lastOfHeader <= to);
  const headerFrame = header?.frame ?? frame;
  const hasRange = fabricsType === null && queue !== 0 && withRange.has(opcode);
  return {
    stream,
    frame: headerFrame,
    time: times.get(headerFrame),
    cid: number(fabricsType === null ? 'nvme.cmd.cid' : 'nvme.fabrics.cmd.cid'),
    opcode: nameOf(fabricsType, opcode, queue),
    nsid: fabricsType === null ? number('nvme.cmd.nsid') || null : null,
    slba: hasRange ? number('nvme.cmd.slba') : null,
    nlb: hasRange ? number('nvme.cmd.nlb') : null,
    status: null,
    answerFrame: null,
    answerTime: null,
  };
}

function nameOf(fabricsType, opcode, queue) {
  if (fabricsType !== null) return fabricsName(fabricsType);
  return queue === 0 ? adminName(opcode) : ioName(opcode);
}

/** Which command a PDU answers, and how: a response capsule, or data that stand for one. */
function answerOf(type, fields) {
  if (type === PduType.capsuleResp) {
    const status =
      Number(fields['nvme.cqe.status.sct']) * 256 + Number(fields['nvme.cqe.status.sc']);
    return { cid: Number(fields['nvme.cqe.cid']), status };
  }
  if (type === PduType.c2hData && fields['nvme-tcp.flags.pdu.data_success'] === '1') {
    return { cid: Number(fields['nvme-tcp.cmd.cid']), status: 0 };
  }
  return null;
}
