import type { ExecutionResult } from 'graphql';
import type { WorkBudget } from '../../kernel/work-turns.js';
import { responseTooLarge } from './response-size.js';
import type { Tree } from './tree.js';

/** JSON of data that was too large to be written in one turn of the event loop. */
const written = new WeakMap<object, string>();

/** Characters of text that are as much work as writing one value. */
const CHARACTERS = 64;

/** Values of an object or list that are written at once, when none of them is an object or a list. */
const AT_ONCE = 200;

/** An object or list that is being written, and how far. */
interface Open {
  readonly values: readonly unknown[];
  /** Names of the values; undefined in a list. */
  readonly keys: readonly string[] | undefined;
  at: number;
}

/**
 * Writes data in pieces, one for each turn, and keeps the JSON for `responseText`. Throws RESPONSE_TOO_LARGE when it has
 * more than `limit` bytes.
 */
export async function writeInTurns(data: Tree, limit: number, budget: WorkBudget): Promise<void> {
  const open: Open[] = [opened(data)];
  let text = '{';
  let bytes = 0;
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const piece = step(inner, open);
    text += piece;
    bytes += Buffer.byteLength(piece);
    if (bytes > limit) throw responseTooLarge(limit);
    if (!budget.spend(1 + piece.length / CHARACTERS)) await budget.next();
  }
  written.set(data, text);
}

/** Whether data was so large that its JSON has been written already. */
export function isWritten(data: object): boolean {
  return written.has(data);
}

/** JSON of a result, its errors first so that people who read the answer see them. */
export function responseText({ errors, data, extensions }: ExecutionResult): string {
  const text = data && written.get(data);
  if (text === undefined) return JSON.stringify({ errors, data, extensions });
  const before = errors ? `"errors":${JSON.stringify(errors)},` : '';
  const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
  return `{${before}"data":${text}${after}}`;
}

/** The next value of what is written; goes into it, when it has more in it. */
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

/** Whether there are objects or lists in it, or very many values; what is smaller is written at once. */
function isNested(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const values = Array.isArray(value) ? (value as unknown[]) : Object.values(value);
  return values.length > AT_ONCE || values.some((inner) => typeof inner === 'object' && inner !== null);
}
