import { Prisma } from '../../prisma/generated/client.js';
import type { Sort } from '../sorting.js';

/** The parts of a statement that reads one page of a sorted list. */
export interface Keyset {
  /** `AND …`, which leaves out what earlier pages had; empty for the first page. */
  readonly beyond: Prisma.Sql;
  /** What comes after ORDER BY. */
  readonly order: Prisma.Sql;
}

/** Pages by keyset: a page costs the same wherever it is in the list, and items that come or go meanwhile move nothing. */
export function keyset<T>({ column, direction }: Sort<T>, key: readonly string[] | undefined): Keyset {
  const way = Prisma.raw(direction);
  const than = Prisma.raw(direction === 'ASC' ? '>' : '<');
  if (!column) {
    const beyond = key ? Prisma.sql`AND id ${than} ${key[0]}` : Prisma.empty;
    return { beyond, order: Prisma.sql`id ${way}` };
  }
  const name = Prisma.raw(column.column);
  const type = Prisma.raw(column.type);
  return {
    beyond: key ? Prisma.sql`AND (${name}, id) ${than} (${key[0]}::${type}, ${key[1]})` : Prisma.empty,
    order: Prisma.sql`${name} ${way}, id ${way}`,
  };
}
