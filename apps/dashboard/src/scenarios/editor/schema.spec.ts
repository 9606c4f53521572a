import { scenarioJsonSchema } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { nameSuggestions, valueSuggestions, type Schema } from './schema.js';

const schema = scenarioJsonSchema() as Schema;
const names = (path: string[], siblings: string[] = []) =>
  nameSuggestions(schema, path, siblings).map(({ text }) => text);
const values = (path: string[]) => valueSuggestions(schema, path).map(({ text }) => text);

describe('what the schema of scenarios suggests', () => {
  it('is the fields of the file that are not there yet', () => {
    expect(names([])).toEqual(expect.arrayContaining(['fenceline', 'name', 'hosts', 'timeline']));
    expect(names([], ['name'])).not.toContain('name');
  });

  it('is the fields of a thing with a name of its own', () => {
    expect(names(['hosts', 'host1'])).toEqual(expect.arrayContaining(['kernel', 'keepAlive']));
    expect(names(['array', 'nodes', 'A'])).toContain('cntlid');
  });

  it('is the fields of an entry of a list, whichever kind it may be', () => {
    expect(names(['timeline', '-'])).toEqual(expect.arrayContaining(['when', 'do']));
    expect(names(['timeline', '-', 'do']).length).toBeGreaterThan(3);
  });

  it('is the values that a field may have', () => {
    expect(values(['array', 'nodes', 'A', 'kind'])).toEqual(['linux', 'reference']);
    expect(values(['hosts', 'host1', 'ioPolicy'])).toContain('round-robin');
    expect(values(['hosts', 'host1', 'kernel'])).toContain('debian:6.1');
  });

  it('says what each is for', () => {
    const [first] = nameSuggestions(schema, [], ['fenceline']);
    expect(first!.description).not.toBe('');
  });
});
