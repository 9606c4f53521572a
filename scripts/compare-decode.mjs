// Compares `fenceline decode` with tshark's nvme-tcp dissector, command by command:
//
//   node scripts/compare-decode.mjs CAPTURE|EVIDENCE…
//
// The same commands in the same order: opcode, CID, NSID, SLBA, NLB, the frame and the time of the sending, the
// status, and the frame and the time of the answer. Of a folder of evidence the captures of every path are compared.
// Exits 0 when all of that holds, 1 when not, 64 when it was called wrongly.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOfDecode } from './compare/decoded-commands.mjs';
import { commandsOfTshark } from './compare/tshark-commands.mjs';

const compared = [
  'opcode',
  'cid',
  'nsid',
  'slba',
  'nlb',
  'frame',
  'time',
  'status',
  'answerFrame',
  'answerTime',
];

/** The captures that a path stands for; those of links between nodes carry no NVMe. */
function capturesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const folder = join(path, 'captures');
  if (!existsSync(folder)) return [];
  const plan = JSON.parse(readFileSync(join(path, 'plan.json'), 'utf8'));
  const betweenNodes = new Set((plan.interNodeLinks ?? []).map(({ name }) => name));
  const names = readdirSync(folder).filter(
    (name) => name.endsWith('.pcapng') && !betweenNodes.has(name.split('.')[0]),
  );
  return names.sort().map((name) => join(folder, name));
}

/** Of the commands that have blocks tshark shows those of some only. */
const shownOfSome = new Set(['slba', 'nlb']);

const alike = (ours, theirs) =>
  compared.every(
    (name) => ours[name] === theirs[name] || (shownOfSome.has(name) && theirs[name] === null),
  );

const show = (command) =>
  command === undefined ? 'nothing' : compared.map((name) => `${name} ${command[name]}`).join(', ');

/**
 * First place where the lists differ, in words; null when they are the same. tshark shows a PDU when all of it was
 * captured, we from its header on: the last command of a connection may be cut short, and then has no answer.
 */
function difference(ours, theirs) {
  const last = new Map(ours.map((command) => [command.path, command]));
  let next = 0;
  let cutShort = 0;
  for (const command of ours) {
    const other = theirs[next];
    if (other !== undefined && alike(command, other)) next++;
    else if (command.status === null && last.get(command.path) === command) cutShort++;
    else return { text: `we read    ${show(command)}\n       tshark has ${show(other)}`, cutShort };
  }
  const text = next < theirs.length ? `tshark alone has ${show(theirs[next])}` : null;
  return { text, cutShort };
}

async function compare(capture) {
  const [ours, theirs] = await Promise.all([commandsOfDecode(capture), commandsOfTshark(capture)]);
  const { text, cutShort } = difference(ours, theirs);
  const answered = theirs.filter(({ status }) => status !== null).length;
  const counts = `${theirs.length} commands alike, ${answered} answered, ${cutShort} never sent whole`;
  const same = text === null && theirs.length > 0;
  console.log(`  ${same ? 'ok  ' : 'FAIL'} ${capture}: ${text ?? counts}`);
  return same;
}

const paths = process.argv.slice(2);
const wrong = paths.find((path) => capturesOf(path).length === 0);
if (paths.length === 0 || wrong !== undefined) {
  console.error(
    wrong === undefined
      ? 'usage: node scripts/compare-decode.mjs CAPTURE|EVIDENCE…'
      : `${wrong} is no capture and no folder of evidence with captures`,
  );
  process.exit(64);
}
let same = true;
for (const capture of paths.flatMap(capturesOf)) same = (await compare(capture)) && same;
process.exit(same ? 0 : 1);
