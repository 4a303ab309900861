import type { Actor } from '../kernel/actor.js';
import type { Scope } from './scopes.js';

/** Verbs of the platform and the scopes that each requires; an actor needs all of them. */
export const verbs = {
  /** Read the account's resources. */
  read: [],
  /** Read the schema of the graph. */
  introspect: ['fleet:introspect'],
  /** Change the account's resources. */
  write: ['fleet:write'],
  /** Read scripts and settings that may contain secrets, such as the user data of instances. */
  readConfiguration: ['fleet:write'],
  /** Read the account's audit log. */
  readAuditEvents: ['fleet:audit'],
  /** Get a kubeconfig. */
  issueKubeconfig: ['fleet:kubeconfig'],
  /** Get a kubeconfig that may write. */
  issueWritingKubeconfig: ['fleet:kubeconfig', 'fleet:write'],
  /** Publish Kubernetes versions for all accounts. */
  publishVersions: ['fleet:admin'],
  /** Read and decide the quota applications of all accounts. */
  decideQuotaApplications: ['fleet:admin'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>;

export type Verb = keyof typeof verbs;

/**
 * Whether the actor has the scopes of the verb. Every permission of the platform is decided here; an actor without
 * scopes may only read.
 */
export function can(actor: Pick<Actor, 'scopes'>, verb: Verb): boolean {
  return holdsScopes(actor, [verbs[verb]]);
}

/** Whether the actor's token has all scopes of at least one of the lists. */
export function holdsScopes(
  { scopes = [] }: Pick<Actor, 'scopes'>,
  anyOf: readonly (readonly string[])[],
): boolean {
  return anyOf.some((all) => all.every((scope) => scopes.includes(scope)));
}

/** Describes lists of scopes: `fleet:kubeconfig and fleet:write`, or one of several lists. */
export function scopesInWords(anyOf: readonly (readonly string[])[]): string {
  return anyOf.map((all) => all.join(' and ')).join(', or ');
}
