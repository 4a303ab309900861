import { decodeKey, type PageArguments, type PageRequest, pageRequest, throwInvalidCursor } from './page.js';

export type Direction = 'ASC' | 'DESC';

/** The argument `orderBy` of a connection. */
export interface OrderBy<Field extends string = string> {
  readonly field: Field;
  /** ASC if omitted. */
  readonly direction?: Direction | null;
}

/** A column that a list can be sorted by. */
export interface SortColumn<T> {
  /** Name of a column that is never NULL; a constant of the source code, never user input. */
  readonly column: string;
  readonly type: 'text' | 'timestamptz' | 'int4';
  /** The value of a row as text that PostgreSQL can cast to `type`. */
  readonly value: (row: T) => string;
}

/** Columns that many lists have. */
export const createdAtColumn: SortColumn<{ readonly createdAt: Date }> = {
  column: 'created_at',
  type: 'timestamptz',
  value: ({ createdAt }) => createdAt.toISOString(),
};
export const nameColumn: SortColumn<{ readonly name: string }> = {
  column: 'name',
  type: 'text',
  value: ({ name }) => name,
};

/** The orders of a list. Each is total: the id breaks ties. */
export interface Sorting<T, Field extends string = string> {
  /** Direction of the order by id, the default if `orderBy` is omitted; ids sort by creation time. */
  readonly byId: Direction;
  readonly columns: Readonly<Record<Field, SortColumn<T>>>;
}

/** One order of a list. */
export interface Sort<T> {
  /** Name of the order in cursors, e.g. `NAME ASC`. */
  readonly name: string;
  readonly direction: Direction;
  /** Undefined: by id alone. */
  readonly column: SortColumn<T> | undefined;
}

export interface SortedPageArguments<Field extends string = string> extends PageArguments {
  readonly orderBy?: OrderBy<Field> | null | undefined;
}

/** A checked request for a page of a sorted list; `key` has the sort value, if any, and the id of the last item seen. */
export interface SortedPageRequest<T> extends PageRequest {
  readonly sort: Sort<T>;
}

/**
 * Checks the arguments of a sorted connection. Throws the problems `PAGE_SIZE_EXCEEDED`, and `INVALID_CURSOR` for a cursor
 * that is malformed or belongs to another order.
 */
export function sortedPageRequest<T extends Identified, Field extends string>(
  { first, after, orderBy }: SortedPageArguments<Field>,
  sorting: Sorting<T, Field>,
): SortedPageRequest<T> {
  const { limit } = pageRequest({ first: first ?? null });
  const sort = sortOf(orderBy, sorting);
  if (after == null) return { limit, key: undefined, sort };
  const [name, ...key] = decodeKey(after) ?? [];
  if (name === sort.name && isKey(key, sort)) return { limit, key, sort };
  return throwInvalidCursor(`this list ordered by ${sort.name}`);
}

/** The values of an item's cursor. */
export function sortKey<T extends Identified>({ name, column }: Sort<T>, row: T): string[] {
  return column ? [name, column.value(row), row.id] : [name, row.id];
}

interface Identified {
  readonly id: string;
}

/** Whether the key has values that PostgreSQL can cast to the types of the order. */
function isKey<T>(key: readonly string[], { column }: Sort<T>): boolean {
  if (!column) return key.length === 1;
  return key.length === 2 && isValue[column.type](key[0] ?? '');
}

const isValue = {
  text: () => true,
  timestamptz: (text: string) => {
    const at = new Date(text);
    return /^(?!0000)\d{4}-/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString() === text;
  },
  int4: (text: string) => /^-?\d{1,9}$/.test(text),
};

function sortOf<T, Field extends string>(
  orderBy: OrderBy<Field> | null | undefined,
  { byId, columns }: Sorting<T, Field>,
): Sort<T> {
  if (!orderBy) return { name: `ID ${byId}`, direction: byId, column: undefined };
  const { field } = orderBy;
  const direction = orderBy.direction ?? 'ASC';
  return { name: `${field} ${direction}`, direction, column: columns[field] };
}
