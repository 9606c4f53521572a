import { encodedRows } from './encoded-rows.js';

/** One JSON object a line; what does not apply is null. */
export const jsonRows = encodedRows('', {
  before: (name, isFirst) => `${isFirst ? '{' : ','}${JSON.stringify(name)}:`,
  text: (value) => JSON.stringify(value),
  nothing: 'null',
  timeQuote: '"',
  lineEnd: '}\n',
});
