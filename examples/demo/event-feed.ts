import { type Client, ScalingEventsDocument, type ScalingEventsSubscription } from '@fleetgraph/client';
import { graphql } from '../generated/index.js';
import { OperationEvents } from './operation-events.js';
import { DemoFailure } from './demo-failure.js';

const ClusterHistory = graphql(`
  query ClusterHistory($clusterId: ID!) {
    cluster(id: $clusterId) {
      events(first: 500) {
        nodes {
          cursor
          type
          message
          ... on ProvisioningEvent {
            operation {
              id
            }
          }
        }
      }
    }
  }
`);

/** A federated subscription: the event and its cluster, with fields of the subgraph regions. */
const Provisioning = graphql(`
  subscription DemoProvisioning($clusterId: ID!, $after: EventCursor) {
    provisioningEvents(clusterId: $clusterId, after: $after) {
      cursor
      type
      message
      operation {
        id
      }
      cluster {
        state
        region {
          timeZone {
            localTime
          }
        }
      }
    }
  }
`);

export type ScalingEvent = ScalingEventsSubscription['scalingEvents'];

/**
 * The events of a cluster: two subscriptions that start at its first event. They deliver each event once, also when the
 * platform is restarted meanwhile.
 */
export class EventFeed implements AsyncDisposable {
  /** Scaling events so far. */
  readonly scaling: ScalingEvent[] = [];
  /** Provisioning events so far, by operation. */
  readonly operations = new OperationEvents();
  private readonly stop = new AbortController();
  private readonly cursors = new Set<string>();
  private streams: Promise<void> | undefined;
  private failure: unknown;

  constructor(
    private readonly client: Client,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Number of provisioning events so far. */
  get count(): number {
    return this.cursors.size;
  }

  /** Subscribes to the events of a cluster from its first one. */
  async follow(clusterId: string): Promise<void> {
    const { cluster } = await this.client.query(ClusterHistory, { clusterId });
    // Newest first: the last one is the cluster's first event.
    const first = cluster?.events.nodes.at(-1);
    if (!first) throw new DemoFailure('a new cluster has no event');
    const { type, message } = first;
    const operation = 'operation' in first ? first.operation : null;
    this.operations.add({ type, message, operation });
    const streams = [
      this.provisioningAfter(clusterId, first.cursor),
      this.scalingAfter(clusterId, first.cursor),
    ];
    this.streams = Promise.all(streams).then(
      () => undefined,
      (error: unknown) => this.fail(error),
    );
  }

  /** Throws if a stream has failed. */
  check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.streams;
  }

  private async provisioningAfter(clusterId: string, after: string): Promise<void> {
    const { signal } = this.stop;
    for await (const { provisioningEvents: event } of this.client.subscribe(
      Provisioning,
      { clusterId, after },
      { signal },
    )) {
      if (this.cursors.has(event.cursor)) throw new DemoFailure(`event ${event.type} came twice`);
      this.cursors.add(event.cursor);
      this.operations.add(event);
    }
  }

  private async scalingAfter(clusterId: string, after: string): Promise<void> {
    const { signal } = this.stop;
    for await (const { scalingEvents } of this.client.subscribe(
      ScalingEventsDocument,
      { clusterId, after },
      { signal },
    )) {
      this.scaling.push(scalingEvents);
    }
  }

  private fail(error: unknown): void {
    this.failure = error;
    this.onFailure(error);
  }
}
