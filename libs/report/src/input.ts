import type { Manifest, Plan, Verdict } from '@fenceline/contracts';
import type { History } from '@fenceline/history';

/** All that a report is made of. Reports are pure functions of it: the same input, the same bytes. */
export interface ReportInput {
  verdict: Verdict;
  /** Null when the recording could not be decoded; the verdict then says why. */
  history: History | null;
  plan: Plan;
  manifest: Manifest;
  /** Command line of each VM's QEMU, where it was recorded. */
  qemu: { vm: string; commandLine: string[] }[];
}
