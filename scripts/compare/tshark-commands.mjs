import { adminName, fabricsName, headerLengthOf, ioName, PduType } from '@fenceline/nvme';
import { tsharkFields } from './run-tshark.mjs';
import { tsharkPdus } from './tshark-pdus.mjs';

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
    command.answerFrame = pdu.completedBy;
    command.answerTime = times.get(pdu.completedBy);
  }
  return commands.sort((a, b) => a.frame - b.frame || a.cid - b.cid);
}

function commandOf({ fields, stream, frameOf }, times) {
  const queue = Number(fields['nvme-tcp.cmd.qid']);
  const number = (name) => (fields[name] === undefined ? null : Number(fields[name]));
  const fabricsType = number('nvme.fabrics.cmd.fctype');
  const opcode = number('nvme.cmd.opc');
  const frame = frameOf(headerLengthOf(PduType.capsuleCmd) - 1);
  return {
    stream,
    frame,
    time: times.get(frame),
    cid: number(fabricsType === null ? 'nvme.cmd.cid' : 'nvme.fabrics.cmd.cid'),
    opcode: nameOf(fabricsType, opcode, queue),
    nsid: fabricsType === null ? number('nvme.cmd.nsid') || null : null,
    slba: number('nvme.cmd.slba'),
    nlb: number('nvme.cmd.nlb'),
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
