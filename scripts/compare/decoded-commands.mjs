import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const fenceline = fileURLToPath(new URL('../../fenceline', import.meta.url));
const nanosecondsOfSecond = 1_000_000_000n;

/** The commands of a capture as `fenceline decode` lists them, in the order sent. */
export async function commandsOfDecode(file) {
  const child = spawn(process.execPath, [fenceline, 'decode', '--json', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const commands = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line);
    // A termination request has a row, and is no command.
    if (row.cid !== null) commands.push(commandOf(row));
  }
  const code = await ended;
  if (code !== 0) throw new Error(`fenceline decode ended with ${code} on ${file}`);
  return commands.sort((a, b) => a.frame - b.frame || a.cid - b.cid);
}

function commandOf(row) {
  const sentAt = nanosecondsOf(row.time);
  const answered = row.latencyNs !== null;
  return {
    path: row.path,
    frame: row.frame,
    time: secondsOf(sentAt),
    cid: row.cid,
    opcode: row.opcode,
    nsid: row.nsid,
    slba: row.slba,
    nlb: row.nlb,
    status: row.statusCode,
    answerFrame: row.answerFrame,
    answerTime: answered ? secondsOf(sentAt + BigInt(row.latencyNs)) : null,
  };
}

/** Nanoseconds since 1970 of `2026-09-21T14:13:20.123456789Z`. */
function nanosecondsOf(time) {
  const [date, fraction] = time.split('.');
  const seconds = BigInt(Date.parse(`${date}Z`) / 1000);
  return seconds * nanosecondsOfSecond + BigInt(fraction.slice(0, 9));
}

/** As tshark writes a time: seconds since 1970 with nine decimals. */
function secondsOf(nanoseconds) {
  const fraction = String(nanoseconds % nanosecondsOfSecond).padStart(9, '0');
  return `${nanoseconds / nanosecondsOfSecond}.${fraction}`;
}
