/**
 * A statement of an SQL script: its text, where it begins (characters from the start) and on which line (from 1).
 *
 * @typedef {{ text: string, offset: number, line: number }} Statement
 */

// What may hold a semicolon that ends no statement, and the semicolon that does. Postgres nests block comments; one
// that holds another is rare enough in a migration to be told a statement too early.
const tokens =
  /--[^\n]*|\/\*[\s\S]*?\*\/|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|;/g;

const blank = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

/**
 * Takes a script apart. Comments before a statement are left out, and so are statements of nothing.
 *
 * @param {string} script
 * @returns {Statement[]}
 */
export function statementsOf(script) {
  const statements = [];
  let from = 0;
  const end = (to) => {
    const offset = from + blank.exec(script.slice(from, to))[0].length;
    const text = script.slice(offset, to).trim();
    if (text !== '') {
      statements.push({ text, offset, line: script.slice(0, offset).split('\n').length });
    }
    from = to + 1;
  };
  for (const token of script.matchAll(tokens)) if (token[0] === ';') end(token.index);
  end(script.length);
  return statements;
}
