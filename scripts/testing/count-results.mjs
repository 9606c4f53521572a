/**
 * Counts a Vitest JSON report. A spec file that could not be loaded has no tests: it counts as one that
 * failed, and so does a run that failed without a failed test (an error outside of any).
 *
 * @param {{ success: boolean, numPassedTests: number, numFailedTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[] }} report
 * @returns {{ passed: number, failed: number }}
 */
export function countResults(report) {
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
  };
}
