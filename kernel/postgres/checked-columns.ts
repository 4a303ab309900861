import { z } from 'zod';

/** A problem (see kernel/result.ts) in a JSON column. Unknown fields are kept: a newer release may have written them. */
export const problemSchema = z.looseObject({ code: z.string(), message: z.string() });

/** A text column with one of the values; a newer release may have written another, which the error names. */
export function oneOf<const Value extends string>(values: readonly Value[]) {
  return z.enum(values, {
    error: ({ input }) => `${JSON.stringify(input)} is not one of ${values.join(', ')}`,
  });
}

/** A column of a row does not have the form that this release reads. A bug: it is masked, and logged with its message. */
export class MalformedRowError extends Error {
  constructor(table: string, id: string, { issues }: z.ZodError) {
    const where = issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    super(`The row ${id} of ${table} is malformed. ${where.join('; ')}`);
    this.name = 'MalformedRowError';
  }
}

type Columns = Readonly<Record<string, z.ZodType>>;

/** A row after the check: its text columns that have a schema have the schema's type. */
export type CheckedRow<Row, C extends Columns> = {
  [K in keyof Row]: K extends keyof C ? (Row[K] extends string | null ? z.output<C[K]> : Row[K]) : Row[K];
};

type Checked<Rows, C extends Columns> = Rows extends readonly (infer Row)[]
  ? CheckedRow<Row, C>[]
  : Rows extends null
    ? null
    : CheckedRow<Rows, C>;

/**
 * Checks columns of a table's rows when they are read: another release may have written them. `columns` has a Zod schema for
 * each JSON column, which must admit unknown fields, and for each text column whose type is a union; `key` is the column
 * that identifies a row.
 */
export function checkedColumns<C extends Columns>(table: string, key: string, columns: C) {
  type Row = { readonly [K in keyof C]: unknown };
  const schema = z.object(columns);
  const check = (row: object): void => {
    const parsed = schema.safeParse(row);
    if (!parsed.success)
      throw new MalformedRowError(table, String((row as Record<string, unknown>)[key]), parsed.error);
  };
  /** The row or the rows themselves. Throws `MalformedRowError`. */
  return <Rows extends Row | readonly Row[] | null>(rows: Rows): Checked<Rows, C> => {
    if (Array.isArray(rows)) rows.forEach(check);
    else if (rows !== null) check(rows);
    return rows as Checked<Rows, C>;
  };
}
