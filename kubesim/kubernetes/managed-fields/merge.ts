import {
  asList,
  asMap,
  type FieldSchema,
  formOf,
  haveOtherForms,
  isAtomic,
  isBlank,
  itemElement,
  namesOf,
  schemaOfField,
} from './field-schema.js';

/**
 * Merges an applied configuration into an object. Removes nothing; the configuration wins. The entries of a list are in
 * the order of the configuration, with the others at their places in between. Throws NoElementError.
 */
export function merge(live: unknown, config: unknown, schema: FieldSchema | undefined): unknown {
  if (config === undefined) return live;
  if (live === undefined || isWhole(live, config, schema)) return config;
  if (formOf(config ?? live, schema) === 'list')
    return mergeLists(asList(live) ?? [], asList(config) ?? [], schema);
  const [old, next] = [asMap(live), asMap(config)];
  const entries = [...namesOf(old, next)].map((name) => [
    name,
    merge(old?.[name], next?.[name], schemaOfField(schema, name)),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown;
}

/** Whether the configuration replaces the value as a whole. */
function isWhole(live: unknown, config: unknown, schema: FieldSchema | undefined): boolean {
  if (schema?.type === undefined && haveOtherForms(live, config)) return true;
  return isAtomic(formOf(config ?? live, schema), schema) || (isBlank(live) && isBlank(config));
}

interface Entry {
  readonly element: string;
  readonly item: unknown;
}

function entriesOf(list: readonly unknown[], schema: FieldSchema | undefined): Entry[] {
  return list.map((item) => ({ element: itemElement(item, schema), item }));
}

function mergeLists(
  live: readonly unknown[],
  config: readonly unknown[],
  schema: FieldSchema | undefined,
): unknown[] {
  const old = entriesOf(live, schema);
  const next = entriesOf(config, schema);
  const counts = Map.groupBy(old, ({ element }) => element);
  const configured = new Map(next.map((entry) => [entry.element, entry.item]));
  const merged = (element: string) => {
    const [single, ...others] = counts.get(element) ?? [];
    // Duplicates of the object are not merged with the configured entry.
    return merge(others.length > 0 ? undefined : single?.item, configured.get(element), schema?.items);
  };
  return orderOf(old, next).map(({ element, item }) => (configured.has(element) ? merged(element) : item));
}

/** The entries of both lists in the order of the merged list. A configured entry is in it once. */
function orderOf(old: readonly Entry[], next: readonly Entry[]): readonly Entry[] {
  const order = new MergeOrder(old, next);
  while (order.step());
  return order.entries;
}

/** Merges two orders: that of the object and that of the configuration, which wins for the entries of both. */
class MergeOrder {
  readonly entries: Entry[] = [];
  private left = 0;
  private right = 0;
  private readonly configured: ReadonlySet<string>;
  private readonly taken = new Set<string>();
  /** The elements of both lists in the order of the configuration, and the first of them that is not taken yet. */
  private readonly shared: readonly string[];
  private nextShared = 0;

  constructor(
    private readonly old: readonly Entry[],
    private readonly next: readonly Entry[],
  ) {
    const known = new Set(old.map(({ element }) => element));
    this.configured = new Set(next.map(({ element }) => element));
    this.shared = next.map(({ element }) => element).filter((element) => known.has(element));
  }

  /** Takes or skips an entry; returns false when there are no more. */
  step(): boolean {
    const mine = this.old[this.left];
    const theirs = this.next[this.right];
    if (mine && !this.configured.has(mine.element)) {
      this.left += 1;
      this.entries.push(mine);
    } else if (mine && this.isPassed(mine, theirs)) {
      this.left += 1;
    } else {
      if (mine && this.isTaken(mine, theirs)) this.left += 1;
      if (theirs) this.take(theirs);
    }
    return mine !== undefined || theirs !== undefined;
  }

  private take(entry: Entry): void {
    this.right += 1;
    this.taken.add(entry.element);
    this.entries.push(entry);
    if (this.shared[this.nextShared] === entry.element) this.nextShared += 1;
  }

  /** Whether another entry of both lists comes before this one in the configuration. */
  private isPassed({ element }: Entry, theirs: Entry | undefined): boolean {
    const nextShared = this.shared[this.nextShared];
    if (theirs === undefined || theirs.element === element) return false;
    return nextShared !== undefined && nextShared !== element;
  }

  /** Whether an entry of both lists is taken now or has been: the object may have several with the same keys. */
  private isTaken({ element }: Entry, theirs: Entry | undefined): boolean {
    return theirs?.element === element || this.taken.has(element);
  }
}
