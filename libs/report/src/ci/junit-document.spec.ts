import { describe, expect, it } from 'vitest';
import { junitDocument } from './junit-document.js';

describe('junitDocument', () => {
  it('counts the results of its cases', () => {
    const one = { classname: 'c', seconds: 0.5 };
    const problem = { type: 't', message: 'a "b"\nc', text: '<&>' };
    const xml = junitDocument({
      name: 'suite',
      startedAt: new Date('2026-01-02T03:04:05.678Z'),
      seconds: 1.5,
      properties: { run: '1' },
      cases: [
        { ...one, name: 'passes' },
        { ...one, name: 'fails', result: { kind: 'failure', ...problem } },
        { ...one, name: 'breaks', result: { kind: 'error', ...problem } },
        { ...one, name: 'is left out', result: { kind: 'skipped', message: 'm' } },
      ],
    });
    expect(xml.split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="fenceline" tests="4" failures="1" errors="1" skipped="1" time="1.500">',
      '<testsuite name="suite" tests="4" failures="1" errors="1" skipped="1" time="1.500" timestamp="2026-01-02T03:04:05">',
      '<properties>',
      '<property name="run" value="1"/>',
      '</properties>',
      '<testcase name="passes" classname="c" time="0.500"/>',
      '<testcase name="fails" classname="c" time="0.500">',
      '<failure message="a &quot;b&quot;&#10;c" type="t">&lt;&amp;&gt;</failure>',
      '</testcase>',
      '<testcase name="breaks" classname="c" time="0.500">',
      '<error message="a &quot;b&quot;&#10;c" type="t">&lt;&amp;&gt;</error>',
      '</testcase>',
      '<testcase name="is left out" classname="c" time="0.500">',
      '<skipped message="m"/>',
      '</testcase>',
      '</testsuite>',
      '</testsuites>',
      '',
    ]);
  });
});
