/**
 * Ids in their order, page by page, until there are no more or the signal aborts. `read` answers those behind an id
 * (the empty text: from the beginning).
 */
export async function* idPages(
  read: (after: string) => Promise<readonly { readonly id: string }[]>,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void, undefined> {
  for (let after = ''; !signal.aborted;) {
    const ids = (await read(after)).map(({ id }) => id);
    const last = ids.at(-1);
    if (last === undefined || signal.aborted) return;
    yield ids;
    after = last;
  }
}
