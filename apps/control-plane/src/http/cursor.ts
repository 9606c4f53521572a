import { z } from 'zod';
import { idSchema, instantSchema, sha256Schema } from '@fenceline/contracts/api';
import { Problem } from './problem.js';

/** The column that tells rows of one time apart, and what its values look like. */
const keySchemas = { id: idSchema, hash: sha256Schema };
type KeyName = keyof typeof keySchemas;

/** The place after a row in a list that is newest first: its time and its key, opaque to clients. */
export function cursorOf(createdAt: Date, key: string): string {
  return Buffer.from(`${createdAt.toISOString()} ${key}`).toString('base64url');
}

/** @throws Problem `invalid-request` where it is not one of ours */
export function readCursor(
  cursor: string,
  keyName: KeyName = 'id',
): { createdAt: Date; key: string } {
  const parts = Buffer.from(cursor, 'base64url').toString().split(' ');
  const parsed = z.tuple([instantSchema, keySchemas[keyName]]).safeParse(parts);
  if (!parsed.success) throw wrongCursor();
  return { createdAt: new Date(parsed.data[0]), key: parsed.data[1] };
}

/** What is answered to a cursor that no page of this list gave. */
export function wrongCursor(): Problem {
  return new Problem('invalid-request', 'query.cursor: is not a cursor of this list', {
    mend: 'Take `next` of the page before, as it is.',
    errors: [{ field: 'query.cursor', message: 'is not a cursor of this list' }],
  });
}

type Newest<Key extends KeyName> = [{ createdAt: 'desc' }, Record<Key, 'desc'>];

/** What a Prisma `findMany` of a page needs: `after` belongs into `where`, the rest beside it. */
export interface PageOfRows<Key extends KeyName> {
  after: object;
  order: { orderBy: Newest<Key>; take: number };
}

/**
 * Reads a page of a list that is newest first, by `createdAt` and a key, with Prisma.
 *
 * @param find reads the rows; it is told where the page begins, and asks for one row more
 * @throws Problem `invalid-request` where the cursor is not one of this list
 */
export async function readPage<
  Key extends KeyName,
  Row extends Record<Key, string> & { createdAt: Date },
  Item,
>(
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  keyName: Key,
  find: (page: PageOfRows<Key>) => Promise<Row[]>,
  itemOf: (row: Row) => Item,
): Promise<{ items: Item[]; next: string | null }> {
  const orderBy: Newest<Key> = [
    { createdAt: 'desc' },
    { [keyName]: 'desc' } as Record<Key, 'desc'>,
  ];
  const after = cursor === undefined ? {} : rowsAfter(readCursor(cursor, keyName), keyName);
  const rows = await find({ after, order: { orderBy, take: limit + 1 } });
  return pageFrom(rows, limit, (row) => cursorOf(row.createdAt, row[keyName]), itemOf);
}

function rowsAfter({ createdAt, key }: { createdAt: Date; key: string }, keyName: KeyName): object {
  return {
    AND: [
      { createdAt: { lte: createdAt } },
      { OR: [{ createdAt: { lt: createdAt } }, { [keyName]: { lt: key } }] },
    ],
  };
}

/** Makes a page of `limit` rows out of one row more, which says whether there is a next page. */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOfRow: (row: Row) => string,
  itemOf: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const last = rows[limit - 1];
  return {
    items: rows.slice(0, limit).map(itemOf),
    next: rows.length > limit && last !== undefined ? cursorOfRow(last) : null,
  };
}
