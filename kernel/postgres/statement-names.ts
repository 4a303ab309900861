import { LRUCache } from 'lru-cache';

/** Texts of statements whose uses are counted. */
const MAX_COUNTED = 2_000;
/** A text that was used so often gets a name. */
const MIN_USES = 16;
/** Named texts at most: each connection keeps all that it has met, until it is closed. */
const MAX_NAMED = 250;

/** PostgreSQL's name of a statement that is read anew each time. */
const UNNAMED = '';

/**
 * Names for the statements that are asked for often. PostgreSQL reads a statement that has a name once for each
 * connection. Texts that hardly ever come back, as those with a list of whatever length, stay without.
 */
export function statementNames(): (statement: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  const uses = new LRUCache<string, number>({ max: MAX_COUNTED });
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
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
