import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import type { NodeTaint } from '../../../engine/providers/node-pool-provider.js';
import type { TaintValue } from './pool-config.js';
import type { TaintEffect } from './node-pool.enums.js';
import { EFFECTS } from './taints.js';

/** A taint of a Kubernetes node; Kubernetes sets `timeAdded` for NoExecute taints. */
export interface PresentTaint extends NodeTaint {
  readonly timeAdded?: string;
}

/** The fields of a Kubernetes node that are read. */
export interface LabelledNode extends KubernetesObject {
  readonly spec?: { readonly taints?: readonly PresentTaint[] };
}

/** Labels, annotations and taints of a node, as the graph returns them. */
export interface NodeMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly TaintValue[];
}

const GRAPH_EFFECTS = new Map(
  Object.entries(EFFECTS).map(([effect, kubernetes]) => [kubernetes, effect as TaintEffect]),
);

/** Converts the metadata of a Kubernetes node; taints with unknown effects are left out. */
export function metadataOf({ metadata, spec }: LabelledNode): NodeMetadata {
  return {
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    taints: (spec?.taints ?? []).flatMap(({ key, value, effect }) => {
      const graphEffect = GRAPH_EFFECTS.get(effect);
      return graphEffect ? [{ key, value: value || null, effect: graphEffect }] : [];
    }),
  };
}
