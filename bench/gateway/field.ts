import type { BenchProcess } from '../platform/process.js';
import type { BenchActor } from './actors.js';
import { type Contestant, startFloor } from './contestants.js';
import type { BenchQuery } from './queries.js';
import { type Verified, verify } from './verify.js';

/** Who takes part in a measurement, and in what. */
export interface Field {
  readonly contestants: readonly Contestant[];
  readonly queries: readonly BenchQuery[];
  readonly subgraphs: readonly BenchProcess[];
  readonly bytes: Verified['bytes'];
  /** Asked for one after the other, each once: operations that nobody has seen. Default none. */
  readonly newOperations?: (index: number) => BenchQuery;
}

/** Checks that all gateways answer the same, and adds the server that only writes these answers. */
export async function withFloor(
  field: Omit<Field, 'bytes'>,
  { folder, actors }: { readonly folder: string; readonly actors: readonly BenchActor[] },
  started: AsyncDisposableStack,
): Promise<Field> {
  const { contestants, queries } = field;
  const { answers, bytes } = await verify(contestants, queries);
  const floor = await startFloor({ folder, actors }, answers, started);
  const ofFloor = await verify([floor], queries, answers);
  return { ...field, contestants: [...contestants, floor], bytes: new Map([...bytes, ...ofFloor.bytes]) };
}
