/**
 * Judges a folder of evidence as `fenceline judge` does, and prints as JSON how long each phase took, in seconds:
 * node judge-phases.mjs FOLDER. The moments between them are those at which the parts are asked for.
 */
import { EvidenceReader } from '@fenceline/evidence';
import { judgeRecording } from '@fenceline/judge';

const moments = { start: performance.now() };
const mark = (name) => (moments[name] ??= performance.now());

const { journal, verifySeal } = EvidenceReader.prototype;
/** The journal is asked for when the captures have been decoded. */
EvidenceReader.prototype.journal = async function* () {
  mark('decoded');
  yield* journal.call(this);
};
EvidenceReader.prototype.verifySeal = async function () {
  mark('joined');
  const seal = await verifySeal.call(this);
  mark('sealChecked');
  return seal;
};

const { verdict } = await judgeRecording(process.argv[2]);
mark('judged');
const between = (from, to) => (moments[to] - moments[from]) / 1000;
console.log(
  JSON.stringify({
    verdict: verdict.verdict,
    decode: between('start', 'decoded'),
    join: between('decoded', 'joined'),
    seal: between('joined', 'sealChecked'),
    rules: between('sealChecked', 'judged'),
    whole: between('start', 'judged'),
    heapBytes: process.memoryUsage().heapUsed,
  }),
);
