import { Problem } from './problem.js';

/** The place after a row in a list that is newest first: its time and its key, opaque to clients. */
export function cursorOf(createdAt: Date, key: string): string {
  return Buffer.from(`${createdAt.toISOString()} ${key}`).toString('base64url');
}

/** @throws Problem `invalid-request` where it is not one of ours */
export function readCursor(cursor: string): { createdAt: Date; key: string } {
  const [time = '', key = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime()) || !/^[0-9a-f-]{1,64}$/.test(key)) {
    throw new Problem('invalid-request', 'query.cursor: is not a cursor of this list', {
      mend: 'Take `next` of the page before, as it is.',
      errors: [{ field: 'query.cursor', message: 'is not a cursor of this list' }],
    });
  }
  return { createdAt, key };
}

/** A Prisma filter for the rows after a cursor, in a list by `createdAt` and a key, both descending. */
export function pageAfter(cursor: string | undefined, keyName: string): object {
  if (cursor === undefined) return {};
  const { createdAt, key } = readCursor(cursor);
  return {
    AND: [
      { createdAt: { lte: createdAt } },
      { OR: [{ createdAt: { lt: createdAt } }, { [keyName]: { lt: key } }] },
    ],
  };
}
