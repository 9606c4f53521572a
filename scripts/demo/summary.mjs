/**
 * The end of the demonstration in words.
 *
 * @param {any} result the verdict; null where there is none, because the lab broke
 * @param {{ exitCode: number, summary: string }} outcome of the job
 * @param {{ report: string | null, evidence: string | null, page: string | null }} files
 *   where they are now, and the job's page; null where the service does not stay
 * @returns {string}
 */
export function summarise(result, { exitCode, summary }, files) {
  if (result === null) {
    return [
      '',
      `No verdict: ${summary}`,
      `  recorded so far: ${files.evidence ?? 'nothing'}`,
      ...(files.page === null ? [] : [`  the job's page:  ${files.page}`]),
      '  ./fenceline doctor checks this machine',
      '',
    ].join('\n');
  }
  const kernels = [
    ...new Set(Object.values(result.kernels).map((one) => `Linux ${one.version} (${one.name})`)),
  ];
  const stale = result.findings.find((finding) => finding.rule === 'no-stale-overwrite');
  return [
    '',
    headline(result, stale, exitCode),
    `  kernel:    ${kernels.join(', ')}`,
    ...(stale === undefined ? [] : witnessLines(stale)),
    ...(files.page === null
      ? []
      : [`  page:      ${files.page}   (while the service runs; signs a browser in, once)`]),
    `  report:    ${files.report}   (open it in a browser)`,
    `  evidence:  ${files.evidence}   (./fenceline judge says the same; unpacked: captures for Wireshark, journal, consoles)`,
    '',
    'To try next:',
    '  ./fenceline run scenarios/no-fault.yaml        the same lab without a fault: pass',
    '  ./fenceline run scenarios/stuck-write.yaml --seed 2',
    '  ./fenceline kernels add mine --image bzImage --modules DIR, then run … --kernel mine',
    '',
  ].join('\n');
}

function headline(result, stale, exitCode) {
  if (exitCode !== 0) {
    return `The verdict is ${result.verdict}, which is not what the scenario expects of this kernel.`;
  }
  return stale === undefined
    ? `The verdict is ${result.verdict}, as the scenario expects of this kernel.`
    : 'Proved: this kernel let a stale write land over a newer one that it had acknowledged.';
}

function witnessLines(finding) {
  const { lba, path, otherPath, steps } = finding.witness;
  const where = [
    lba === undefined ? null : `LBA ${lba}`,
    path === undefined ? null : `first sent over path ${path}`,
    otherPath === undefined ? null : `newer write over path ${otherPath}`,
  ];
  return [
    `  the write: ${where.filter((part) => part !== null).join(', ')}`,
    `             ${finding.sentence}`,
    ...steps.map((step) => `    ${step.ms.toFixed(3).padStart(11)} ms  ${step.what}`),
  ];
}
