import { Lexer } from 'yaml';

/** Levels, or columns of indentation, beyond which no text is a scenario: real ones have a dozen. */
const mostLevels = 100;
const mostColumns = 200;

/** A token of this kind announces a scalar: the next token is its text, whatever it looks like. */
const scalarFollows = '\u001f';
/** Tokens that stand for nothing in the text: a document begins, a flow collection is broken off, a scalar follows. */
const withoutText = ['\u0002', '\u0018', scalarFollows];

/**
 * Where a text nests so deeply that it must not be parsed; null where it does not. The parser of YAML calls itself for
 * each level and knows no bound: twenty thousand levels, which are 40 KB, end the process, and nothing can catch that.
 * Its lexer, which is asked here, has no levels.
 *
 * Nesting is counted as it can arise: brackets that are open, indicators that no comma and no line separates
 * (`- - -`, `a: b: c`), and, as each further line must be indented more, columns of indentation.
 */
export function tooDeepAt(text: string): number | null {
  let offset = 0;
  let brackets = 0;
  let indicators = 0;
  let isScalar = false;
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    const startsLine = isLineStart && !isScalar;
    if (isScalar) {
      isScalar = false;
      isLineStart = false;
    } else if (token === '\n' || token === '\r\n') {
      isLineStart = true;
      if (brackets === 0) indicators = 0;
    } else {
      isLineStart = false;
      if (token === scalarFollows) isScalar = true;
      else if (token === ',') indicators = 0;
      else if (token === '[' || token === '{') brackets++;
      else if (token === ']' || token === '}') brackets = Math.max(0, brackets - 1);
      else if (token === '-' || token === '?' || token === ':') indicators++;
    }
    const isFarIn = startsLine && token.length > mostColumns && token.trim() === '';
    if (brackets > mostLevels || indicators > mostLevels || isFarIn) return offset;
    if (!withoutText.includes(token)) offset += token.length;
  }
  return null;
}
