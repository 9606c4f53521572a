import { describe, expect, it } from 'vitest';
import { countResults } from './count-results.mjs';

const file = { status: 'passed', assertionResults: [{}] };

describe('countResults', () => {
  it('counts tests', () => {
    expect(
      countResults({ success: true, numPassedTests: 3, numFailedTests: 0, testResults: [file] }),
    ).toEqual({ passed: 3, failed: 0 });
  });

  it('counts a file that could not be loaded as a failed test', () => {
    const unloaded = { status: 'failed', assertionResults: [] };
    expect(
      countResults({
        success: false,
        numPassedTests: 3,
        numFailedTests: 1,
        testResults: [file, unloaded],
      }),
    ).toEqual({ passed: 3, failed: 2 });
  });

  it('counts an error outside of any test', () => {
    expect(
      countResults({ success: false, numPassedTests: 3, numFailedTests: 0, testResults: [file] }),
    ).toEqual({ passed: 3, failed: 1 });
  });
});
