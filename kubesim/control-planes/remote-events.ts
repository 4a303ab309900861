import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Occurrence } from '../kubelet-client.js';
import { events } from '../kubernetes/kinds/events.js';
import { type KubeObject, timestamp } from '../kubernetes/kinds/object.js';
import type { ClusterClient } from './cluster-client.js';
import { pathOf } from './object-cache.js';

const LOST = 'an event for a real control plane was lost';

/** Sends events to a real API server, in order; an event that it does not take is lost, as those of kubelets are. */
export class RemoteEvents {
  private count = 0;

  constructor(
    private readonly client: ClusterClient,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  record(about: KubeObject, occurrence: Occurrence): void {
    const { namespace = 'default' } = about.metadata;
    const call = {
      method: 'POST',
      path: pathOf(events, { namespace }),
      body: this.event(about, occurrence),
    } as const;
    this.client.call<{ message?: string }>(call).then(
      ({ status, body }) => {
        if (status !== 201) this.log.debug({ status, message: body.message }, LOST);
      },
      (err: unknown) => this.log.debug({ err }, LOST),
    );
  }

  private event({ apiVersion, kind, metadata }: KubeObject, occurrence: Occurrence): unknown {
    const { type, reason, message, component, host, fieldPath } = occurrence;
    const { name, namespace, uid, resourceVersion } = metadata;
    const now = this.clock.now();
    const at = timestamp(now);
    // The clock may show the same millisecond for several events.
    this.count += 1;
    return {
      metadata: {
        name: `${name}.${now.getTime().toString(16)}${this.count.toString(16)}`,
        namespace: namespace ?? 'default',
      },
      involvedObject: {
        ...{ apiVersion, kind, namespace, name, uid: kind === 'Node' ? name : uid, resourceVersion },
        ...(fieldPath && { fieldPath }),
      },
      ...{ type, reason, message, count: 1, firstTimestamp: at, lastTimestamp: at },
      source: { component, ...(host && { host }) },
    };
  }
}
