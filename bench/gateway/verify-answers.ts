import { isDeepStrictEqual } from 'node:util';
import type { BenchGateway } from './gateways.js';
import { answerOf } from './load.js';
import type { BenchQuery } from './queries.js';

export interface Verified {
  /** Whole answer bodies by operation name. */
  readonly answers: Record<string, { data: unknown }>;
  readonly bytes: Map<BenchGateway, Record<string, number>>;
}

/**
 * Asks everybody every query; throws unless all answer the same data, that of `expected` or else of the first one
 * asked.
 */
export async function verifyAnswers(
  contestants: readonly BenchGateway[],
  queries: readonly BenchQuery[],
  expected: Verified['answers'] = {},
): Promise<Verified> {
  const answers = { ...expected };
  const bytes: Verified['bytes'] = new Map();
  for (const contestant of contestants) {
    const sizes: Record<string, number> = {};
    for (const query of queries) {
      const answer = await answerOf(contestant, query);
      answers[query.name] ??= { data: answer.data };
      sizes[query.name] = answer.bytes;
      if (isDeepStrictEqual(answers[query.name]?.data, answer.data)) continue;
      throw new Error(
        `${contestant.name} answers ${query.name} differently: ${difference(answers[query.name]?.data, answer.data)}`,
      );
    }
    bytes.set(contestant, sizes);
  }
  return { answers, bytes };
}

/** Where the first difference is. */
function difference(expected: unknown, actual: unknown, path = 'data'): string {
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    const key = [...keys].find((name) => !isDeepStrictEqual(expected[name], actual[name]));
    if (key !== undefined) return difference(expected[key], actual[key], `${path}.${key}`);
  }
  return `${path}: ${JSON.stringify(expected)} and ${JSON.stringify(actual)}`.slice(0, 500);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
