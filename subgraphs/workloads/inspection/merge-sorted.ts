/** Merges sorted sequences into one, reading from each no further than needed. */
export async function* mergeSorted<T>(
  sequences: readonly AsyncIterator<T>[],
  before: (a: T, b: T) => boolean,
): AsyncGenerator<T> {
  try {
    const heads = await Promise.all(sequences.map((sequence) => sequence.next()));
    for (;;) {
      const first = smallest(heads, before);
      const head = heads[first];
      if (!head || head.done) return;
      yield head.value;
      heads[first] = (await sequences[first]?.next()) ?? head;
    }
  } finally {
    await Promise.all(sequences.map(async (sequence) => sequence.return?.()));
  }
}

/** Index of the head that comes first; -1 when every sequence has ended. */
function smallest<T>(heads: readonly IteratorResult<T>[], before: (a: T, b: T) => boolean): number {
  let first = -1;
  heads.forEach((head, index) => {
    if (head.done) return;
    const best = heads[first];
    if (!best || best.done || before(head.value, best.value)) first = index;
  });
  return first;
}

/** The first `count` items; the sequence is closed after them. */
export async function takeFirst<T>(sequence: AsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  if (count <= 0) return items;
  for await (const item of sequence) {
    items.push(item);
    if (items.length >= count) break;
  }
  return items;
}
