import type {
  Client,
  CreateClusterMutation,
  OperationStatusFragment,
  ProblemFragment,
} from '@fleetgraph/client';
import { DemoFailure } from './demo-failure.js';
import type { EventFeed } from './event-feed.js';
import type { DemoOutput } from './demo-output.js';

/** State shared by the steps of a scenario. A step reads the result of an earlier one by `need`. */
export interface DemoContext {
  readonly client: Client;
  readonly feed: EventFeed;
  readonly signal: AbortSignal;
  /** Command that deletes clusters left by the demo. */
  readonly cleanCommand: string;
  /** Region of the option --region. */
  readonly requestedRegion: string | undefined;
  regionId?: string;
  /** Kubernetes version of the new cluster. Default the platform's. */
  version?: string;
  /** Kubernetes version to upgrade to. */
  targetVersion?: string;
  /** Name of the cluster, set before the request. */
  clusterName?: string;
  /** Requests the cluster, while its id is unknown; the client token makes a repeated call return the first response. */
  requestCluster?: ((signal: AbortSignal) => Promise<CreateClusterMutation['createCluster']>) | undefined;
  clusterId?: string;
  nodePoolId?: string;
  workloadId?: string;
  /** Number of nodes. */
  nodes?: number;
  /** Quota usage by resource before the cluster was created. */
  usedBefore?: ReadonlyMap<string, number>;
  /** Whether the cluster has been deleted. */
  deleted?: boolean;
}

/** A step of the demo. */
export interface Step {
  readonly title: string;
  readonly run: (context: DemoContext, output: DemoOutput) => Promise<void>;
}

/** Throws a DemoFailure unless the condition is true. */
export function assertThat(condition: unknown, message: string): asserts condition {
  if (!condition) throw new DemoFailure(message);
}

/** Returns a result of an earlier step. */
export function need<K extends keyof DemoContext>(context: DemoContext, key: K): NonNullable<DemoContext[K]> {
  const value = context[key];
  assertThat(value !== undefined && value !== null, `no earlier step has set ${key}`);
  return value;
}

/** Throws if a mutation was rejected. */
export function expectAccepted(mutation: string, userErrors: readonly ProblemFragment[]): void {
  const reasons = userErrors.map(({ code, message }) => `${code}: ${message}`);
  assertThat(reasons.length === 0, `${mutation} was rejected: ${reasons.join('; ')}`);
}

/** Result of an operation, in a line. */
export function operationSummary({ state, result, error }: OperationStatusFragment): string {
  const counts = result ? `: ${result.created} of ${result.requested} created, ${result.failed} failed` : '';
  return `${state}${counts}${error ? ` (${error.code}: ${error.message})` : ''}`;
}
