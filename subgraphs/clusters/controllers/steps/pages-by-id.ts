/**
 * Yields rows in pages ordered by id until none is left or the signal aborts. `read` returns the rows after an id;
 * the empty string starts at the first row.
 */
export async function* pagesById<T extends { readonly id: string }>(
  read: (after: string) => Promise<readonly T[]>,
  signal: AbortSignal,
): AsyncGenerator<readonly T[], void, undefined> {
  for (let after = ''; !signal.aborted;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last === undefined || signal.aborted) return;
    yield rows;
    after = last.id;
  }
}
