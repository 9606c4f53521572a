import { describe, expect, it } from 'vitest';
import { yamlPlace } from './yaml-place.js';

/** The place of `|` in a text. */
function at(text: string) {
  return yamlPlace(text.replace('|', ''), text.indexOf('|'));
}

describe('the place in a text of YAML', () => {
  it('is at the top', () => {
    expect(at('fenceline: 1\nna|\nhosts:\n')).toEqual({
      path: [],
      kind: 'name',
      typed: 'na',
      siblings: ['fenceline', 'hosts'],
    });
  });

  it('is in a field of a field', () => {
    expect(at('hosts:\n  host1:\n    kernel: a\n    io|\n')).toEqual({
      path: ['hosts', 'host1'],
      kind: 'name',
      typed: 'io',
      siblings: ['kernel'],
    });
    expect(at('hosts:\n  host1:\n    |')).toMatchObject({ path: ['hosts', 'host1'], siblings: [] });
  });

  it('is behind a colon', () => {
    expect(at('hosts:\n  host1:\n    ioPolicy: ro|')).toMatchObject({
      path: ['hosts', 'host1', 'ioPolicy'],
      kind: 'value',
      typed: 'ro',
    });
  });

  it('is in an entry of a list, wherever its dash stands', () => {
    const path = ['workload', '-', 'fio'];
    expect(at('workload:\n  - name: a\n    fio:\n      |')).toMatchObject({ path });
    expect(at('workload:\n- name: a\n  fio:\n    |')).toMatchObject({ path });
    expect(at('workload:\n  - name: a\n  - na|')).toMatchObject({
      path: ['workload', '-'],
      typed: 'na',
      siblings: [],
    });
    expect(at('workload:\n  - name: a\n    h|\n    fio: {}')).toMatchObject({
      path: ['workload', '-'],
      siblings: ['name', 'fio'],
    });
  });

  it('is nowhere in comments, in braces and in free text', () => {
    expect(at('# na|')).toBeNull();
    expect(at('a: { b|')).toBeNull();
    expect(at('two words|')).toBeNull();
  });
});
