import { Prisma } from '../../prisma/generated/client.js';
import type { Sort } from '../sorting.js';

/** The parts of a statement that reads one page of a sorted list. */
export interface Keyset {
  /** `AND …`, which excludes the rows of earlier pages; empty for the first page. */
  readonly afterKey: Prisma.Sql;
  /** The expressions of ORDER BY. */
  readonly order: Prisma.Sql;
}

/** Keyset pagination: each page costs the same, and concurrent inserts and deletes do not shift later pages. */
export function keyset<T>({ column, direction }: Sort<T>, key: readonly string[] | undefined): Keyset {
  const order = Prisma.raw(direction);
  const comparison = Prisma.raw(direction === 'ASC' ? '>' : '<');
  if (!column) {
    const beyond = key ? Prisma.sql`AND id ${comparison} ${key[0]}` : Prisma.empty;
    return { afterKey: beyond, order: Prisma.sql`id ${order}` };
  }
  const name = Prisma.raw(column.column);
  const type = Prisma.raw(column.type);
  return {
    afterKey: key
      ? Prisma.sql`AND (${name}, id) ${comparison} (${key[0]}::${type}, ${key[1]})`
      : Prisma.empty,
    order: Prisma.sql`${name} ${order}, id ${order}`,
  };
}
