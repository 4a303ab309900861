import { isDeepStrictEqual } from 'node:util';
import type { BenchGateway } from './gateways.js';
import { sendOnce } from './load.js';
import type { BenchQuery } from './queries.js';

export interface VerifiedResponses {
  /** Response bodies by operation name. */
  readonly responses: Record<string, { data: unknown }>;
  readonly bytes: Map<BenchGateway, Record<string, number>>;
}

/**
 * Sends every query to every gateway. Throws unless all return the same data: that in `expected`, or that of the first
 * gateway.
 */
export async function verifyResponses(
  gateways: readonly BenchGateway[],
  queries: readonly BenchQuery[],
  expected: VerifiedResponses['responses'] = {},
): Promise<VerifiedResponses> {
  const responses = { ...expected };
  const bytes: VerifiedResponses['bytes'] = new Map();
  for (const gateway of gateways) {
    const sizes: Record<string, number> = {};
    for (const query of queries) {
      const response = await sendOnce(gateway, query);
      responses[query.name] ??= { data: response.data };
      sizes[query.name] = response.bytes;
      const expectedData = responses[query.name]?.data;
      if (isDeepStrictEqual(expectedData, response.data)) continue;
      throw new Error(
        `${gateway.name} returns other data for ${query.name}: ${firstDifference(expectedData, response.data)}`,
      );
    }
    bytes.set(gateway, sizes);
  }
  return { responses, bytes };
}

/** Path and values of the first difference. */
function firstDifference(expected: unknown, actual: unknown, path = 'data'): string {
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    const key = [...keys].find((name) => !isDeepStrictEqual(expected[name], actual[name]));
    if (key !== undefined) return firstDifference(expected[key], actual[key], `${path}.${key}`);
  }
  return `${path}: ${JSON.stringify(expected)} and ${JSON.stringify(actual)}`.slice(0, 500);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
