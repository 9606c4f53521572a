/** The lab broke, not the system under test: the attempt's outcome is `error`. */
export class LabError extends Error {
  override name = 'LabError';
}

/** A bound of the scenario passed: the attempt's outcome is `timeout`. */
export class LabTimeout extends Error {
  override name = 'LabTimeout';
}
