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
  return userOf(actor, can(actor, 'issueWritingKubeconfig'));
}

/**
 * The user as whom the platform calls the API server of a cluster for an actor. In a stream that subjects share, only the
 * groups have rights: bindings of a cluster to one of them must not show the others more.
 */
export function impersonatedUser(actor: Actor): KubernetesUser {
  return userOf(actor.rights === undefined ? actor : { ...actor, subject: '' }, can(actor, 'write'));
}

function userOf({ account, subject }: Actor, mayWrite: boolean): KubernetesUser {
  const { readers, writers } = kubernetesGroups;
  return { name: `${account}:${subject}`, groups: [mayWrite ? writers : readers] };
}
