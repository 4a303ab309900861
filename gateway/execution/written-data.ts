import type { ExecutionResult } from 'graphql';
import { responseTooLarge } from '../../protocol/error-bounds.js';
import { writeInTurns } from '../../protocol/write-in-turns.js';
import type { WorkBudget } from '../../kernel/fairness/work-turns.js';
import type { JSONObject } from './data/json-object.js';

/** JSON of data too large to be serialized in one turn of the event loop. */
const written = new WeakMap<object, string>();

/**
 * Serializes data over several turns and caches the JSON for `responseText`. Throws RESPONSE_TOO_LARGE beyond
 * `limit` bytes.
 */
export async function writeData(data: JSONObject, limit: number, budget: WorkBudget): Promise<void> {
  written.set(data, await writeInTurns(data, { limit, tooLarge: responseTooLarge }, budget));
}

/** Whether the JSON of data has already been serialized. */
export function isWritten(data: object): boolean {
  return written.has(data);
}

/** JSON of a result, with errors first for human readers. */
export function responseText({ errors, data, extensions }: ExecutionResult): string {
  const text = data && written.get(data);
  if (text === undefined) return JSON.stringify({ errors, data, extensions });
  const before = errors ? `"errors":${JSON.stringify(errors)},` : '';
  const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
  return `{${before}"data":${text}${after}}`;
}
