import { z } from 'zod';

/** A problem (see kernel/result.ts) in a JSON column. Unknown fields are kept: a newer release may have written them. */
export const problemSchema = z.looseObject({ code: z.string(), message: z.string() });

/** A JSON column of a row does not have the form that this release reads. A bug: it is masked, and logged with its message. */
export class MalformedRowError extends Error {
  constructor(table: string, id: string, { issues }: z.ZodError) {
    const where = issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    super(`The row ${id} of ${table} is malformed. ${where.join('; ')}`);
    this.name = 'MalformedRowError';
  }
}

/**
 * Checks the JSON columns of a table's rows when they are read: another release may have written them. `columns` has a Zod
 * schema for each, which must admit unknown fields; `key` is the column that identifies a row.
 */
export function jsonColumns<Row extends object>(
  table: string,
  key: keyof Row & string,
  columns: Partial<Readonly<Record<keyof Row & string, z.ZodType>>>,
) {
  const schema = z.object(columns as Readonly<Record<string, z.ZodType>>);
  const check = (row: Row): void => {
    const parsed = schema.safeParse(row);
    if (!parsed.success) throw new MalformedRowError(table, String(row[key]), parsed.error);
  };
  /** The row or the rows themselves. Throws `MalformedRowError`. */
  return <T extends Row | readonly Row[] | null>(rows: T): T => {
    if (Array.isArray(rows)) (rows as readonly Row[]).forEach(check);
    else if (rows !== null) check(rows as Row);
    return rows;
  };
}

/** Checks a JSON value whose form depends on other columns, e.g. the input of an operation. Throws `MalformedRowError`. */
export function checkJson(
  schema: z.ZodType,
  value: unknown,
  { table, id, column }: { readonly table: string; readonly id: string; readonly column: string },
): void {
  const parsed = z.object({ [column]: schema }).safeParse({ [column]: value });
  if (!parsed.success) throw new MalformedRowError(table, id, parsed.error);
}
