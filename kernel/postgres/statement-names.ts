import { LRUCache } from 'lru-cache';

/** Maximum number of statements whose uses are counted. */
const MAX_COUNTED = 2_000;
/** Number of uses after which a statement gets a name. */
const MIN_USES = 16;
/** Maximum number of named statements: each connection keeps its named statements until it is closed. */
const MAX_NAMED = 250;

/** PostgreSQL's name of a statement that is parsed at each use. */
const UNNAMED = '';

/**
 * Names frequent statements. PostgreSQL parses a named statement once per connection. Rare texts, such as those with
 * lists of varying length, remain unnamed.
 */
export function statementNames(): (statement: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  const uses = new LRUCache<string, number>({ max: MAX_COUNTED });
  return ({ sql }) => {
    const existing = names.get(sql);
    if (existing !== undefined) return existing;
    if (names.size === MAX_NAMED) return UNNAMED;
    const count = (uses.get(sql) ?? 0) + 1;
    uses.set(sql, count);
    if (count < MIN_USES) return UNNAMED;
    uses.delete(sql);
    const name = `fleetgraph_${names.size}`;
    names.set(sql, name);
    return name;
  };
}
