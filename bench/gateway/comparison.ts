import type { BenchProcess } from '../platform/process.js';
import type { BenchActor } from './actors.js';
import { type BenchGateway, startBaseline } from './gateways.js';
import type { BenchQuery } from './queries.js';
import { type Verified, verifyAnswers } from './verify-answers.js';

/** Who takes part in a measurement, and in what. */
export interface Comparison {
  readonly contestants: readonly BenchGateway[];
  readonly queries: readonly BenchQuery[];
  readonly subgraphs: readonly BenchProcess[];
  readonly bytes: Verified['bytes'];
  /** Asked for one after the other, each once: operations that nobody has seen. Default none. */
  readonly newOperations?: (index: number) => BenchQuery;
}

/** Checks that all gateways answer the same, and adds the server that only writes these answers. */
export async function withBaseline(
  field: Omit<Comparison, 'bytes'>,
  { folder, actors }: { readonly folder: string; readonly actors: readonly BenchActor[] },
  started: AsyncDisposableStack,
): Promise<Comparison> {
  const { contestants, queries } = field;
  const { answers, bytes } = await verifyAnswers(contestants, queries);
  const baseline = await startBaseline({ folder, actors }, answers, started);
  const ofBaseline = await verifyAnswers([baseline], queries, answers);
  return {
    ...field,
    contestants: [...contestants, baseline],
    bytes: new Map([...bytes, ...ofBaseline.bytes]),
  };
}
