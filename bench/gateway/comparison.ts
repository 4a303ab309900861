import type { BenchProcess } from '../platform/process.js';
import type { BenchActor } from './actors.js';
import { type BenchGateway, startBaseline } from './gateways.js';
import type { BenchQuery } from './queries.js';
import { type VerifiedResponses, verifyResponses } from './verify-responses.js';

/** The gateways of one graph and the queries that they are measured with. */
export interface Comparison {
  readonly gateways: readonly BenchGateway[];
  readonly queries: readonly BenchQuery[];
  readonly subgraphs: readonly BenchProcess[];
  readonly bytes: VerifiedResponses['bytes'];
  /** Makes operations that no gateway has planned; each is sent once. Default none. */
  readonly newOperations?: (index: number) => BenchQuery;
}

/** Checks that all gateways return the same data and adds the baseline server, which returns it without a gateway. */
export async function withBaseline(
  comparison: Omit<Comparison, 'bytes'>,
  { folder, actors }: { readonly folder: string; readonly actors: readonly BenchActor[] },
  started: AsyncDisposableStack,
): Promise<Comparison> {
  const { gateways, queries } = comparison;
  const { responses, bytes } = await verifyResponses(gateways, queries);
  const baseline = await startBaseline({ folder, actors }, responses, started);
  const ofBaseline = await verifyResponses([baseline], queries, responses);
  return {
    ...comparison,
    gateways: [...gateways, baseline],
    bytes: new Map([...bytes, ...ofBaseline.bytes]),
  };
}
