import type { Actor } from '../kernel/actor.js';
import { can } from './decision.js';

/** Groups of the platform's users in clusters; the role bindings of a cluster define the rights of each. */
export const kubernetesGroups = {
  /** May read everything but Secrets. */
  readers: 'fleetgraph:readers',
  /** May administer the cluster. */
  writers: 'fleetgraph:writers',
} as const;

/** The user and groups as which a kubeconfig authenticates at the API server of a cluster. */
export interface KubernetesUser {
  /** `<account>:<subject>`; accounts have no colon, so no two callers share a name. */
  readonly name: string;
  readonly groups: readonly string[];
}

/** The user of an actor's kubeconfig, without more rights than the actor's token has. */
export function kubernetesUser(actor: Actor): KubernetesUser {
  const { readers, writers } = kubernetesGroups;
  const group = can(actor, 'issueWritingKubeconfig') ? writers : readers;
  return { name: `${actor.account}:${actor.subject}`, groups: [group] };
}
