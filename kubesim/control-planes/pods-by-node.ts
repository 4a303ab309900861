import type { Pod } from '../kubernetes/kinds/core.js';
import { pods } from '../kubernetes/kinds/pods.js';
import type { ClusterCache } from './cluster-cache.js';

/** The pods of a cluster by their node, so that the cloud does not read all pods of the cluster for one node. */
export class PodsByNode {
  private readonly byNode = new Map<string, Map<string, Pod>>();

  constructor(cache: ClusterCache) {
    for (const pod of cache.all(pods)) this.add(pod);
    cache.onChange(pods, ({ object, deleted }) => {
      if (deleted) this.remove(object);
      else this.add(object);
    });
  }

  on(nodeName: string): Pod[] {
    return [...(this.byNode.get(nodeName)?.values() ?? [])];
  }

  /** A pod gets its node once and keeps it. */
  private add(pod: Pod): void {
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    const onNode = this.byNode.get(nodeName) ?? new Map<string, Pod>();
    this.byNode.set(nodeName, onNode.set(pod.metadata.uid, pod));
  }

  private remove({ metadata, spec: { nodeName = '' } }: Pod): void {
    const onNode = this.byNode.get(nodeName);
    onNode?.delete(metadata.uid);
    if (onNode?.size === 0) this.byNode.delete(nodeName);
  }
}
