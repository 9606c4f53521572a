import { columns } from './columns.js';
import { encodedRows } from './encoded-rows.js';

/** Comma-separated values (RFC 4180) with a header; what does not apply is empty. */
export const csvRows = encodedRows(`${columns.map(({ name }) => name).join(',')}\r\n`, {
  before: (_name, isFirst) => (isFirst ? '' : ','),
  text: (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value),
  nothing: '',
  timeQuote: '',
  lineEnd: '\r\n',
});
