/**
 * Rows in the order of their ids, page by page, until there are no more or the signal aborts. `read` answers those behind
 * an id (the empty text: from the beginning).
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
