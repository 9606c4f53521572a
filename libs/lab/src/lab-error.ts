/** The lab broke, not the system under test: the attempt's outcome is `error`. */
export class LabError extends Error {
  override name = 'LabError';
}

/** A bound of the scenario passed: the attempt's outcome is `timeout`. */
export class LabTimeout extends Error {
  override name = 'LabTimeout';
}

/**
 * A kernel under test panicked while the lab ran. That is a finding, not a broken lab: the recording ends
 * there, is sealed, and is judged.
 */
export class GuestPanicked extends Error {
  override name = 'GuestPanicked';
}
