import type {
  Client,
  CreateClusterMutation,
  OperationStatusFragment,
  ProblemFragment,
} from '@fleetgraph/client';
import { DemoFailure } from './demo-failure.js';
import type { EventFeed } from './event-feed.js';
import type { DemoOutput } from './demo-output.js';

/** What the steps know together. A step that needs what an earlier one finds out asks `need`. */
export interface DemoContext {
  readonly client: Client;
  readonly feed: EventFeed;
  readonly signal: AbortSignal;
  /** Command that deletes what the demo has left. */
  readonly cleanCommand: string;
  /** Region that the user asked for. */
  readonly wantedRegion: string | undefined;
  regionId?: string;
  /** Kubernetes version to create the cluster with; without it the platform chooses. */
  version?: string;
  /** Kubernetes version to upgrade to. */
  targetVersion?: string;
  /** Name of the cluster, known before it is asked for. */
  clusterName?: string;
  /**
   * Asks for the cluster, while it is not known whether it was created; asked again, with the same client token, it
   * answers as the first time.
   */
  requestCluster?: ((signal: AbortSignal) => Promise<CreateClusterMutation['createCluster']>) | undefined;
  clusterId?: string;
  nodePoolId?: string;
  workloadId?: string;
  /** Nodes that exist. */
  nodes?: number;
  /** What is counted of quotas, by resource, before anything was made. */
  usedBefore?: ReadonlyMap<string, number>;
  /** Whether the cluster is gone again. */
  deleted?: boolean;
}

/** A step of the demo. */
export interface Step {
  readonly title: string;
  readonly run: (story: DemoContext, tell: DemoOutput) => Promise<void>;
}

/** Throws unless what was expected holds. */
export function assertThat(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new DemoFailure(otherwise);
}

/** What an earlier step has found out. */
export function need<K extends keyof DemoContext>(story: DemoContext, key: K): NonNullable<DemoContext[K]> {
  const value = story[key];
  assertThat(value !== undefined && value !== null, `no step has set ${key}`);
  return value;
}

/** Throws when a mutation was refused. */
export function expectAccepted(what: string, userErrors: readonly ProblemFragment[]): void {
  const reasons = userErrors.map(({ code, message }) => `${code}: ${message}`);
  assertThat(reasons.length === 0, `${what} was refused: ${reasons.join('; ')}`);
}

/** Result of an operation, in a line. */
export function operationSummary({ state, result, error }: OperationStatusFragment): string {
  const counts = result ? `: ${result.created} of ${result.requested} made, ${result.failed} not` : '';
  return `${state}${counts}${error ? ` (${error.code}: ${error.message})` : ''}`;
}
