import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import type { Pod as OwnedPod } from './pod.js';

/** A taint of a node, as Kubernetes has it. */
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

/** Requirements on a node's labels that hold together. */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
}

type Quantities = Readonly<Record<string, string>>;

export interface Container {
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
}

/** What decides on which nodes a pod can be. */
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

/** A pod, as far as the scaling of node pools looks at it. */
export interface Pod extends OwnedPod {
  readonly spec?: PodSpec;
  /** Of each of its volumes that not every node reaches: the terms of which one must hold. */
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
