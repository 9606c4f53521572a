import type { Finding } from '@fenceline/contracts';
import type { ConsoleLine, History } from '@fenceline/history';
import { faultOf, type ConsoleFault, type Stall } from '../console-faults.js';
import { outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count, toMs } from '../sentences.js';

/**
 * kernel-clean. No console shows that a kernel found a fault in itself: BUG, WARNING, lockdep, KASAN, UBSAN,
 * a hung task, an oops or a panic. Complaints of stalls (RCU, lockups, clock source) count only where the
 * recording shows that the VM had the processor in the time before.
 *
 * Specification: none; it is what every kernel is tested for. Blames that kernel.
 *
 * It sees what the kernel's detectors see, and no more: the reason lists which detectors each kernel has.
 *
 * Near misses: warnings of a driver (`nvme nvme0: …`), lines about deprecated things, notes on processor
 * vulnerabilities, the kernel's own command line.
 */
export const kernelClean: Rule = {
  name: 'kernel-clean',
  restsOn: ['console'],
  sameUnderEach: true,
  judge: judgeKernelClean,
};

/** Lines of one fault that a witness shows. */
const shownLines = 5;

function judgeKernelClean({ facts, input }: RuleInput): Outcome {
  const { history } = facts;
  const faults = new Map<string, { fault: ConsoleFault; lines: ConsoleLine[] }>();
  let excused = 0;
  for (const line of history.consoles) {
    const fault = faultOf(line.text);
    if (fault === undefined) continue;
    if (fault.stall !== null && !wasScheduled(history, line, fault.stall)) {
      excused++;
      continue;
    }
    const key = `${line.vm}/${fault.name}`;
    const known = faults.get(key);
    if (known === undefined) faults.set(key, { fault, lines: [line] });
    else known.lines.push(line);
  }
  const findings = [...faults.values()].map(({ fault, lines }) => finding(fault, lines));
  const excusedWords =
    excused === 0
      ? ''
      : `; ${count(excused, 'stall message')} not counted, as the VM is not seen to have had the processor`;
  return outcome(findings, silentConsoles(history, input.detectors), {
    held: `no console shows a kernel fault${detectorWords(input.detectors)}${excusedWords}`,
    violated: `${count(findings.length, 'fault')} on a console${detectorWords(input.detectors)}`,
  });
}

function finding(fault: ConsoleFault, lines: readonly ConsoleLine[]): Finding {
  const first = lines[0]!;
  const more = lines.length > 1 ? ` (and ${count(lines.length - 1, 'more line')} of the kind)` : '';
  return {
    rule: 'kernel-clean',
    blame: 'kernel',
    blamed: first.vm,
    harm: null,
    sentence: `The kernel of ${first.vm} reported a fault (${fault.name}): ${first.text.trim()}${more}.`,
    witness: {
      steps: lines.slice(0, shownLines).map((line) => ({
        ms: toMs(line.t),
        what: line.text.trim(),
        at: `consoles/${line.vm}.log`,
      })),
    },
  };
}

/**
 * Whether the recorder saw the VM in all of the window before a line, waiting for the processor for less than
 * the tolerance, and was itself on time.
 */
function wasScheduled(
  history: History,
  line: ConsoleLine,
  { windowNs, toleranceNs }: Stall,
): boolean {
  const from = line.t - windowNs;
  let seenNs = 0;
  let waitedNs = 0;
  for (const event of history.events) {
    if (event.kind === 'stall' && event.t > from && event.t - event.ns < line.t) {
      waitedNs = Math.max(waitedNs, event.ns);
    }
    if (event.kind !== 'vm-schedule' || event.vm !== line.vm) continue;
    const start = event.t - event.windowNs;
    if (event.t <= from || start >= line.t) continue;
    seenNs += Math.min(event.t, line.t) - Math.max(start, from);
    waitedNs += event.waitedNs;
  }
  return seenNs >= windowNs && waitedNs < toleranceNs;
}

/** A console without a line recorded nothing: it cannot speak for its kernel. */
function silentConsoles(history: History, detectors: RuleInput['input']['detectors']): string[] {
  const heard = new Set(history.consoles.map((line) => line.vm));
  return Object.keys(detectors)
    .filter((vm) => !heard.has(vm))
    .map((vm) => `kernel-clean: the console of ${vm} has no line`);
}

/** The detectors of each kernel; VMs with the same ones are named together. */
function detectorWords(detectors: RuleInput['input']['detectors']): string {
  const vmsOf = new Map<string, string[]>();
  for (const [vm, names] of Object.entries(detectors)) {
    const listed = names.length === 0 ? 'none' : names.join(', ');
    vmsOf.set(listed, [...(vmsOf.get(listed) ?? []), vm]);
  }
  const words = [...vmsOf].map(([listed, vms]) => `${vms.join(', ')}: ${listed}`);
  return words.length === 0 ? '' : ` (detectors of ${words.join('; ')})`;
}
