import { ExitCode } from '@fenceline/contracts';
import { EvidenceError, openEvidence, type OpenedEvidence } from '@fenceline/evidence';
import { MachineError } from '../machine-error.js';

/**
 * Opens evidence, a folder or a file for transport, and closes it after the work.
 *
 * @throws MachineError where it cannot be read or written; what it says never names the temporary folder
 */
export async function withEvidence<T>(
  path: string,
  work: (evidence: OpenedEvidence) => Promise<T>,
): Promise<T> {
  let evidence: OpenedEvidence | undefined;
  try {
    evidence = await openEvidence(path);
    return await work(evidence);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const message = evidence
      ? error.message.replaceAll(evidence.dir, evidence.path)
      : error.message;
    throw new MachineError(message, { cause: error });
  } finally {
    await evidence?.close();
  }
}

/** Does the same with several, one after the other; one that cannot be read does not stop the others. */
export async function withEach(
  paths: readonly string[],
  work: (evidence: OpenedEvidence) => Promise<ExitCode>,
): Promise<ExitCode[]> {
  const codes: ExitCode[] = [];
  for (const path of paths) {
    try {
      codes.push(await withEvidence(path, work));
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      process.stderr.write(`fenceline: ${error.message}\n`);
      codes.push(ExitCode.error);
    }
  }
  return codes;
}
