import type { Actor } from '../kernel/actor.js';
import { can } from './decision.js';

/** Groups of the platform's users in clusters; what each may do there, the cluster's role bindings say. */
export const kubernetesGroups = {
  /** May read everything but Secrets. */
  readers: 'fleetgraph:readers',
  /** May administer the cluster. */
  writers: 'fleetgraph:writers',
} as const;

/** The user and groups that a kubeconfig carries to the API server of a cluster. */
export interface KubernetesUser {
  /** `<account>:<subject>`; accounts have no colon, so no two callers share a name. */
  readonly name: string;
  readonly groups: readonly string[];
}

/** The user that an actor's kubeconfig carries. Never more than what the actor's own token allows. */
export function kubernetesUser(actor: Actor): KubernetesUser {
  const { readers, writers } = kubernetesGroups;
  const group = can(actor, 'issueWritingKubeconfig') ? writers : readers;
  return { name: `${actor.account}:${actor.subject}`, groups: [group] };
}
