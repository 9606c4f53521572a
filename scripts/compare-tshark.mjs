// Compares our decoder with tshark's nvme-tcp dissector on the captures of one or more evidence folders:
//
//   node scripts/compare-tshark.mjs EVIDENCE…
//
// The write commands (CID, SLBA, NLB) must be the same, in the same order, on every link; no frame may be
// malformed, and no frame may be taken for a retransmission that is none (captured twice). Exits 0 when
// all of that holds, 1 when not, 64 when it was called wrongly.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildHistory, topologyOf } from '@fenceline/history';
import { tsharkFields } from './compare/run-tshark.mjs';

const WRITE = 0x01;
/** Opcodes for which tshark lists SLBA and NLB. */
const WITH_RANGE = new Set([0x01, 0x02, 0x04, 0x05, 0x08, 0x0c]);

const list = (field) => (field === '' || field === undefined ? [] : field.split(','));

/** Write commands as tshark sees them in what the host sent. */
async function writesOfTshark(file, link) {
  const writes = [];
  const filter = `nvme.cmd.opc && ip.src == ${link.hostAddress}`;
  const fields = ['frame.number', 'nvme.cmd.opc', 'nvme.cmd.cid', 'nvme.cmd.slba', 'nvme.cmd.nlb'];
  for await (const [, opcodes, cids, slbas, counts] of tsharkFields(file, filter, fields)) {
    const slba = list(slbas);
    const count = list(counts);
    let range = 0;
    list(opcodes).forEach((opcode, index) => {
      if (!WITH_RANGE.has(Number(opcode))) return;
      if (Number(opcode) === WRITE) {
        const cid = Number(list(cids)[index]);
        writes.push(`CID ${cid} SLBA ${BigInt(slba[range])} NLB ${Number(count[range])}`);
      }
      range++;
    });
  }
  return writes;
}

/** Counts malformed frames, real retransmissions, and frames that were captured twice. */
async function anomaliesOf(file) {
  const seen = new Set();
  let malformed = 0;
  let retransmissions = 0;
  let twice = 0;
  const fields = [
    'ip.src',
    'tcp.stream',
    'ip.id',
    'tcp.seq_raw',
    'tcp.len',
    'tcp.options.timestamp.tsval',
    'tcp.analysis.retransmission',
    '_ws.malformed',
  ];
  for await (const row of tsharkFields(file, 'tcp || _ws.malformed', fields)) {
    const [source, stream, id, sequence, length, stamp, retransmission, malformation] = row;
    if (malformation) malformed++;
    // A guest's own retransmission is another IP packet: another identification or time stamp.
    const packet = [source, stream, id, sequence, length, stamp].join(' ');
    if (retransmission) {
      if (seen.has(packet)) twice++;
      else retransmissions++;
    }
    if (Number(length) > 0) seen.add(packet);
  }
  return { malformed, retransmissions, twice };
}

async function historyOf(folder) {
  const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));
  const topology = topologyOf(plan);
  const captures = topology.links.flatMap(({ name }) =>
    ['host', 'node'].map((side) => {
      const file = `captures/${name}.${side}.pcapng`;
      return { link: name, side, file, chunks: createReadStream(join(folder, file)) };
    }),
  );
  const timeline = readFileSync(join(folder, 'timeline.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));
  const journal = createReadStream(join(folder, 'backend/journal.fjl'));
  const started = performance.now();
  const history = await buildHistory({ topology, captures, journal, timeline, consoles: [] });
  return { topology, history, ms: performance.now() - started };
}

/**
 * First place where our writes and tshark's differ, in words; null when they are the same. tshark shows a
 * PDU only when all of it was sent, we from its header on: writes cut short by a fault are counted apart.
 */
function difference(ours, theirs) {
  let next = 0;
  let cutShort = 0;
  for (const { text, whole } of ours) {
    if (text === theirs[next]) next++;
    else if (!whole) cutShort++;
    else return { text: `we read ${text}, tshark ${theirs[next] ?? 'nothing'}`, cutShort };
  }
  const text = next < theirs.length ? `tshark alone reads ${theirs[next]}` : null;
  return { text, cutShort };
}

async function compare(folder) {
  const { topology, history, ms } = await historyOf(folder);
  let same = true;
  const say = (good, text) => {
    same &&= good;
    console.log(`  ${good ? 'ok  ' : 'FAIL'} ${text}`);
  };
  console.log(`${folder}: ${history.commands.length} commands read in ${Math.round(ms)} ms`);
  for (const link of topology.links) {
    const ours = history.commands
      .filter(({ qid, opcode, association }) => {
        return (
          qid !== 0 && opcode === WRITE && history.associations[association].link === link.name
        );
      })
      .map(({ cid, slba, blocks, payloads }) => ({
        text: `CID ${cid} SLBA ${slba} NLB ${blocks}`,
        whole: payloads.length === blocks,
      }));
    const theirs = await writesOfTshark(join(folder, `captures/${link.name}.host.pcapng`), link);
    const { text, cutShort } = difference(ours, theirs);
    const alike = `${theirs.length} writes alike, ${cutShort} never sent whole`;
    say(text === null, `link ${link.name}: ${text ?? alike}`);
    for (const side of ['host', 'node']) {
      const file = `captures/${link.name}.${side}.pcapng`;
      const { malformed, retransmissions, twice } = await anomaliesOf(join(folder, file));
      say(
        malformed === 0 && twice === 0,
        `${file}: ${malformed} malformed, ${twice} captured twice, ${retransmissions} retransmitted by the guests`,
      );
    }
  }
  return same;
}

const folders = process.argv.slice(2);
const wrong = folders.find((folder) => !existsSync(join(folder, 'plan.json')));
if (folders.length === 0 || wrong !== undefined) {
  console.error(
    wrong === undefined
      ? 'usage: node scripts/compare-tshark.mjs EVIDENCE…'
      : `${wrong} is no evidence folder: it has no plan.json`,
  );
  process.exit(64);
}
let same = true;
for (const folder of folders) same = (await compare(folder)) && same;
process.exit(same ? 0 : 1);
