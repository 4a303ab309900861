import type { SubgraphResult } from '../../../protocol/wire.js';

/** Parses a subgraph response of any status; throws when it is not a GraphQL response. */
export function parseResponse(statusCode: number, text: string): SubgraphResult {
  const result = JSON.parse(text) as SubgraphResult | null;
  if (result && ('data' in result || Array.isArray(result.errors)) && statusCode !== 401) return result;
  throw new Error(`the subgraph answered ${statusCode}`);
}
