import type { Actor } from '../kernel/actor.js';
import { can } from './decision.js';
import { ACCOUNT_GROUP } from './model/group-name.js';
import { groupKey, principalId, principalIdsOf } from './model/principal.js';

/**
 * Groups of all users of an account in clusters. A new cluster binds them, as an account without permissions of its own allows
 * everything to all its users.
 */
export const kubernetesGroups = {
  /** Users whose token may only read. */
  readers: 'fleetgraph:readers',
  /** Users whose token may write. */
  writers: 'fleetgraph:writers',
} as const;

/** The groups of a principal in clusters: of its users whose token may write, and of those whose token may only read. */
export type PrincipalGroups = Readonly<Record<keyof typeof kubernetesGroups, string>>;

/** The groups of a principal of an account. */
export function principalGroups(account: string, id: string): PrincipalGroups {
  if (id === principalId(account, groupKey(ACCOUNT_GROUP))) return kubernetesGroups;
  return { writers: `fleetgraph:${id}`, readers: `fleetgraph:${id}:read` };
}

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
 * The user as whom the platform calls the API server of a cluster for an actor. A stream that subjects share has the groups
 * of one of them and no user: what a cluster binds to the name of one must not show the others more.
 */
export function impersonatedUser(actor: Actor): KubernetesUser {
  const user = userOf(actor, can(actor, 'write'));
  return actor.rights === undefined ? user : { ...user, name: `${actor.account}:` };
}

/** Its groups say who it is; the bindings of the cluster say what each of them may do, now and not when a token was issued. */
function userOf(actor: Actor, mayWrite: boolean): KubernetesUser {
  const { account, subject } = actor;
  const groups = principalIdsOf(actor).map(
    (id) => principalGroups(account, id)[mayWrite ? 'writers' : 'readers'],
  );
  return { name: `${account}:${subject}`, groups };
}
