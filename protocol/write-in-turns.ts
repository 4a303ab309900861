import type { WorkBudget } from '../kernel/fairness/work-turns.js';

/** Characters of text that cost as much as writing one value. */
const CHARACTERS = 64;

/** Maximum number of values of an object or list that are written at once, when all are primitives. */
const AT_ONCE = 200;

/** An object or list that is being written, and the position in it. */
interface Open {
  readonly values: readonly unknown[];
  /** Names of the values; undefined in a list. */
  readonly keys: readonly string[] | undefined;
  at: number;
}

/**
 * Writes an object as JSON in pieces, one for each turn of the event loop; a unit of the budget is a value. Throws the
 * error of `tooLarge` when it has more than `limit` bytes.
 */
export async function writeInTurns(
  data: object,
  { limit, tooLarge }: { readonly limit: number; readonly tooLarge: (limit: number) => Error },
  budget: WorkBudget,
): Promise<string> {
  const open: Open[] = [opened(data)];
  let text = '{';
  let bytes = 0;
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const piece = step(inner, open);
    text += piece;
    bytes += Buffer.byteLength(piece);
    if (bytes > limit) throw tooLarge(limit);
    if (!budget.spend(1 + piece.length / CHARACTERS)) await budget.next();
  }
  return text;
}

/** The next value to write; descends into an object or list. */
function step(inner: Open, open: Open[]): string {
  const { values, keys, at } = inner;
  if (at === values.length) {
    open.pop();
    return keys ? '}' : ']';
  }
  inner.at += 1;
  const key = keys ? `${JSON.stringify(keys[at])}:` : '';
  const head = at === 0 ? key : `,${key}`;
  const value = values[at];
  if (!isNested(value)) return head + (JSON.stringify(value) ?? 'null');
  open.push(opened(value));
  return `${head}${Array.isArray(value) ? '[' : '{'}`;
}

function opened(value: object): Open {
  return Array.isArray(value)
    ? { values: value, keys: undefined, at: 0 }
    : { values: Object.values(value), keys: Object.keys(value), at: 0 };
}

/** Whether the value contains objects, lists or more than `AT_ONCE` values; otherwise it is written in one piece. */
function isNested(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const values = Array.isArray(value) ? (value as unknown[]) : Object.values(value);
  return values.length > AT_ONCE || values.some((inner) => typeof inner === 'object' && inner !== null);
}
