import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import type { Pod as OwnedPod } from './pod.js';

/** A taint of a Kubernetes node. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Requirements on a node's labels; all must match. */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
}

type Quantities = Readonly<Record<string, string>>;

export interface Container {
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
}

/** The fields of a pod spec that decide on which nodes it can run. */
export interface PodSpec {
  readonly nodeName?: string;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly NodeSelectorTerm[];
      };
    };
  };
}

/** The fields of a pod that autoscaling reads. */
export interface Pod extends OwnedPod {
  readonly spec?: PodSpec;
  /** For each volume that is limited to some nodes: its node selector terms, of which at least one must match. */
  readonly volumeTerms?: readonly (readonly NodeSelectorTerm[])[];
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }[];
  };
}

export interface Node extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly allocatable?: Quantities;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
