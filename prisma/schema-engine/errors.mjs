import { BadUrl } from './connection.mjs';

/**
 * Prisma's code of an error on the way to the database; its command line makes a missing database (P1003) itself.
 * See https://www.prisma.io/docs/orm/reference/error-reference
 */
export function codeOf(error) {
  if (error instanceof BadUrl) return 'P1013';
  const codes = { '28P01': 'P1000', '3D000': 'P1003', '42P04': 'P1009' };
  return codes[error.code] ?? (isTls(error) ? 'P1011' : 'P1001');
}

function isTls({ code = '', message = '' }) {
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code) || /\bSSL\b/.test(message);
}

/** The first reason in words: a host with several addresses fails with one error for each. */
export function wordsOf(error) {
  return error.message || error.errors?.[0]?.message || String(error.code ?? error);
}
