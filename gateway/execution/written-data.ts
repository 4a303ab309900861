import type { ExecutionResult } from 'graphql';
import { responseTooLarge } from '../../protocol/error-bounds.js';
import { writeInTurns } from '../../protocol/write-in-turns.js';
import type { WorkBudget } from '../../kernel/fairness/work-turns.js';
import type { JSONObject } from './data/json-object.js';

/** JSON of data that was too large to be written in one turn of the event loop. */
const written = new WeakMap<object, string>();

/** Writes data in turns and keeps the JSON for `responseText`. Throws RESPONSE_TOO_LARGE beyond `limit` bytes. */
export async function writeData(data: JSONObject, limit: number, budget: WorkBudget): Promise<void> {
  written.set(data, await writeInTurns(data, { limit, tooLarge: responseTooLarge }, budget));
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
