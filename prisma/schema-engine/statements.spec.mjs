import { describe, expect, it } from 'vitest';
import { statementsOf } from './statements.mjs';

const texts = (script) => statementsOf(script).map(({ text }) => text);

describe('statementsOf', () => {
  it('leaves out comments before a statement and statements of nothing', () => {
    const script = '-- one; two\n\n/* three;\n */\nSELECT 1;;\n SELECT 2 -- ; end\n';
    expect(statementsOf(script)).toEqual([
      { text: 'SELECT 1', offset: 27, line: 5 },
      { text: 'SELECT 2 -- ; end', offset: 39, line: 6 },
    ]);
  });

  it.each([
    `SELECT 'a;''b;'`,
    String.raw`SELECT E'a\';b'`,
    'SELECT "a;""b;"',
    'DO $$ BEGIN PERFORM 1; END $$',
    'DO $body$ BEGIN PERFORM $$;$$; END $body$',
    'SELECT 1 /* ; */ + 1',
  ])('does not cut %s', (statement) => {
    expect(texts(`${statement};SELECT 2`)).toEqual([statement, 'SELECT 2']);
  });

  it('finds nothing in nothing', () => {
    expect(texts(' \n-- only this')).toEqual([]);
  });
});
