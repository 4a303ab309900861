import type { SubgraphResult } from '../../../protocol/wire.js';

/** What a subgraph has answered over HTTP, whatever the status; throws when it is no answer to a GraphQL request. */
export function parseResponse(statusCode: number, text: string): SubgraphResult {
  const result = JSON.parse(text) as SubgraphResult | null;
  if (result && ('data' in result || Array.isArray(result.errors)) && statusCode !== 401) return result;
  throw new Error(`the subgraph answered ${statusCode}`);
}
