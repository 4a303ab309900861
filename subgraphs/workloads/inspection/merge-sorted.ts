/** Merges sorted sequences; reads each only as far as needed. */
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

/** Index of the first head in the order; -1 if every sequence has ended. */
function smallest<T>(heads: readonly IteratorResult<T>[], before: (a: T, b: T) => boolean): number {
  let first = -1;
  heads.forEach((head, index) => {
    if (head.done) return;
    const best = heads[first];
    if (!best || best.done || before(head.value, best.value)) first = index;
  });
  return first;
}

/** Returns the first `count` items and closes the sequence. */
export async function takeFirst<T>(sequence: AsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  if (count <= 0) return items;
  for await (const item of sequence) {
    items.push(item);
    if (items.length >= count) break;
  }
  return items;
}
