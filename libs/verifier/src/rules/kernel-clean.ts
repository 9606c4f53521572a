import type { Finding } from '@fenceline/contracts';
import type { ConsoleLine, History } from '@fenceline/history';
import { faultOf, type ConsoleFault } from '../console-faults.js';
import { outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count, toMs } from '../sentences.js';

/**
 * kernel-clean. No console shows that a kernel found a fault in itself: BUG, WARNING, lockdep, KASAN, UBSAN,
 * a hung task, an oops or a panic. Complaints of stalls (RCU, lockups, clock source) count only where the
 * recorder's own log shows no stall of this machine around them.
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
  judge: judgeKernelClean,
};

/** A kernel complains of a stall after 10 to 30 s. */
const stallWindowNs = 30e9;
/** A recorder that was itself late by so much shares a machine that did not run its guests in time. */
const machineStallNs = 500e6;
/** Lines of one fault that a witness shows. */
const shownLines = 5;

function judgeKernelClean({ facts, input }: RuleInput): Outcome {
  const { history } = facts;
  const faults = new Map<string, { fault: ConsoleFault; lines: ConsoleLine[] }>();
  let excused = 0;
  for (const line of history.consoles) {
    const fault = faultOf(line.text);
    if (fault === undefined) continue;
    if (fault.stall && machineStalled(history, line.t)) {
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
    excused === 0 ? '' : `; ${count(excused, 'stall message')} fell into a stall of this machine`;
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

function machineStalled(history: History, t: number): boolean {
  return history.events.some(
    (event) =>
      event.kind === 'stall' &&
      event.ns >= machineStallNs &&
      event.t <= t + event.ns &&
      event.t >= t - stallWindowNs,
  );
}

/** A console without a line recorded nothing: it cannot speak for its kernel. */
function silentConsoles(history: History, detectors: RuleInput['input']['detectors']): string[] {
  const heard = new Set(history.consoles.map((line) => line.vm));
  return Object.keys(detectors)
    .filter((vm) => !heard.has(vm))
    .map((vm) => `kernel-clean: the console of ${vm} has no line`);
}

function detectorWords(detectors: RuleInput['input']['detectors']): string {
  const words = Object.entries(detectors).map(
    ([vm, names]) => `${vm}: ${names.length === 0 ? 'none' : names.join(', ')}`,
  );
  return words.length === 0 ? '' : ` (detectors of ${words.join('; ')})`;
}
