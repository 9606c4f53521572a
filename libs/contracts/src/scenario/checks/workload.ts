import type { Draft, Findings } from '../draft.js';
import { fioBytes, fioIsOn, fioMs, fioRange } from '../fio-numbers.js';
import type { FioOptions } from '../fio-options.js';
import type { Namespace } from '../model.js';
import type { FieldPath } from '../problem.js';
import { formatDuration, formatSize } from '../units.js';
import { isRecord } from '../is-record.js';
import { checkReference } from './references.js';

/** The fio jobs fit the hosts, the namespace and the run's bound. */
export function checkWorkloads(draft: Draft, findings: Findings): void {
  const hosts = { noun: 'host', names: [...draft.hosts.keys()] } as const;
  const namespace = draft.subsystem.value?.namespaces[0];
  const firstByName = new Map<string, number>();
  draft.workloads.forEach(({ path, raw, value: workload }, index) => {
    const name = isRecord(raw) ? raw.name : undefined;
    if (typeof name === 'string') {
      const earlier = firstByName.get(name);
      if (earlier === undefined) firstByName.set(name, index);
      else {
        findings.problem({
          path: [...path, 'name'],
          message: `\`${name}\` is the name of workload[${earlier}] too`,
          mend: 'Give each job a name of its own.',
        });
      }
    }
    if (workload === undefined) return;
    if (workload.host !== undefined) {
      checkReference(workload.host, hosts, [...path, 'host'], findings);
    } else if (hosts.names.length > 1) {
      findings.problem({
        path: [...path, 'host'],
        message: 'is missing, and there are several hosts',
        mend: `Add the host that runs the job: one of ${hosts.names.join(', ')}.`,
      });
    }
    const fio = [...path, 'fio'];
    if (namespace !== undefined) {
      const { id, size: sizeBytes, blockSize } = namespace;
      checkRegion(workload.fio, { id, sizeBytes, blockSize }, fio, findings);
    }
    checkRuntime(workload.fio, draft, fio, findings);
  });
}

const blockAligned = ['bs', 'size', 'offset', 'offset_increment'] as const;

function checkRegion(
  fio: FioOptions,
  namespace: Namespace,
  path: FieldPath,
  findings: Findings,
): void {
  const { blockSize, sizeBytes } = namespace;
  let aligned = true;
  for (const field of blockAligned) {
    const bytes = fioBytes(fio[field]);
    const mayBeZero = field === 'offset' || field === 'offset_increment';
    if (bytes % blockSize === 0 && (bytes > 0 || mayBeZero)) continue;
    aligned = false;
    findings.problem({
      path: [...path, field],
      message: `${fio[field]} is not a whole number of blocks of ${blockSize} bytes`,
      mend: `Write a multiple of ${blockSize}${mayBeZero ? ', or 0' : ''}.`,
    });
  }
  if (!aligned) return;
  if (fioBytes(fio.bs) > fioBytes(fio.size)) {
    findings.problem({
      path: [...path, 'size'],
      message: `a region of ${fio.size} is smaller than one I/O of ${fio.bs}`,
      mend: `Write at least \`${fio.bs}\`.`,
    });
  }
  const { endByte } = fioRange(fio);
  if (endByte > sizeBytes) {
    const jobs = fio.numjobs === 1 ? 'the job' : `the last of ${fio.numjobs} jobs`;
    findings.problem({
      path: [...path, 'size'],
      message: `${jobs} reaches to byte ${endByte}, beyond the namespace of ${formatSize(sizeBytes)}`,
      mend:
        'Keep offset + offset_increment × (numjobs − 1) + size within the namespace, ' +
        'or enlarge `subsystem.namespaces[0].size`.',
    });
  }
}

function checkRuntime(fio: FioOptions, draft: Draft, path: FieldPath, findings: Findings): void {
  const run = draft.bounds.value?.run;
  const runtime = fioMs(fio.runtime) + (fio.startdelay === undefined ? 0 : fioMs(fio.startdelay));
  if (runtime === 0) {
    findings.problem({
      path: [...path, 'runtime'],
      message: 'is no time at all',
      mend: 'Write a time such as `60s`.',
    });
  } else if (run !== undefined && fioIsOn(fio.time_based) && runtime > run) {
    findings.problem({
      path: [...path, 'runtime'],
      message: `the job runs for ${formatDuration(runtime)}, longer than the bound of the run, ${formatDuration(run)}`,
      mend: `Shorten it, or raise \`bounds.run\`.`,
    });
  }
}
