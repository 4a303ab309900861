import { z } from 'zod';
import { DEFAULT_PAGE, MAX_PAGE } from './page-size.js';
import { throwProblem } from './result.js';

/** Pagination arguments of a connection field. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** A checked page request: `limit` items after `key`, the values of the sort columns of the last item seen. */
export interface PageRequest {
  readonly limit: number;
  readonly key: readonly string[] | undefined;
}

/** One page, as a Relay connection without its cursors. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
}

/** Rejects values that PostgreSQL cannot store: the check of a request's strings does not decode cursors. */
const cursorKeySchema = z
  .array(
    z
      .string()
      .max(1024)
      .refine((text) => text.isWellFormed() && !text.includes('\u0000')),
  )
  .min(1)
  .max(4);

/**
 * Checks the arguments of a connection. `keyLength` is the number of values in a cursor of the list.
 * Throws the problems `PAGE_SIZE_EXCEEDED` and `INVALID_CURSOR`.
 */
export function pageRequest({ first, after }: PageArguments, keyLength = 1): PageRequest {
  const limit = first ?? DEFAULT_PAGE;
  if (limit < 1 || limit > MAX_PAGE) {
    throwProblem('PAGE_SIZE_EXCEEDED', `first must be from 1 to ${MAX_PAGE}, it is ${limit}.`, {
      path: ['first'],
    });
  }
  if (after == null) return { limit, key: undefined };
  const key = decodeKey(after);
  return key?.length === keyLength ? { limit, key } : throwInvalidCursor('this list');
}

/** Encodes the values of an item's sort columns as its cursor. */
export function encodeKey(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Decodes a cursor of `encodeKey`; undefined if it is malformed. */
export function decodeKey(cursor: string): readonly string[] | undefined {
  try {
    return cursorKeySchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    return undefined;
  }
}

/** Throws the problem `INVALID_CURSOR`; `list` names the list that the cursor must belong to. */
export function throwInvalidCursor(list: string): never {
  return throwProblem(
    'INVALID_CURSOR',
    `The cursor is not one of ${list}. Take endCursor of a page of it, or leave after out.`,
    { path: ['after'] },
  );
}

/** A page from `limit + 1` rows: the extra row only shows that there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number): Page<T> {
  return { items: rows.slice(0, limit), hasNextPage: rows.length > limit };
}
