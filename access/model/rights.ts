import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { ClusterFilter, IdFilter } from './cluster-filter.js';
import type { Grant, Scope } from './permission.js';
import { containsScope, covers, coversAllClusters, coversCluster } from './scope.js';
import type { Target, TargetCluster } from './target.js';
import { isNamespaced, reachesClusterOfNamespaces, tokenScopesOf, type Verb } from './verb.js';

/** Whether a principal may do something, and why. */
export type Decision =
  | { readonly allowed: true; readonly by: Grant }
  | {
      readonly allowed: false;
      /** No permission allows it, a permission denies it, or the token lacks a scope. */
      readonly reason: 'NO_PERMISSION' | 'DENIED' | 'TOKEN_SCOPE';
      /** The permission that denies it. */
      readonly by?: Grant;
    };

/** The permissions for one verb. */
interface VerbGrants {
  readonly allow: readonly Grant[];
  readonly deny: readonly Grant[];
}

const NO_PERMISSION: Decision = { allowed: false, reason: 'NO_PERMISSION' };
const TOKEN_SCOPE: Decision = { allowed: false, reason: 'TOKEN_SCOPE' };

/** What a principal may do: the permissions of itself and its groups, narrowed by the scopes of its token. */
export class Rights {
  private readonly byVerb = new Map<Verb, VerbGrants>();
  private lastKey: { readonly key: string; readonly until: Date | undefined } | undefined;

  constructor(
    readonly grants: readonly Grant[],
    private readonly tokenScopes: readonly string[],
  ) {}

  /** Decides about one target. A permission that denies wins over all that allow. */
  decide(verb: Verb, target: Target, at: Date): Decision {
    if (!this.tokenAllows(verb)) return TOKEN_SCOPE;
    const { allow, deny } = this.of(verb);
    const denying = deny.find((grant) => isActive(grant, at) && covers(grant.scope, target));
    if (denying) return { allowed: false, reason: 'DENIED', by: denying };
    const allowing = allow.find((grant) => isActive(grant, at) && allows(verb, grant.scope, target));
    return allowing ? { allowed: true, by: allowing } : NO_PERMISSION;
  }

  /** Whether the verb is allowed everywhere in the account. */
  isUnrestricted(verb: Verb, at: Date): boolean {
    if (!this.tokenAllows(verb)) return false;
    const { allow, deny } = this.of(verb);
    return (
      !deny.some((grant) => isActive(grant, at)) &&
      allow.some((grant) => isActive(grant, at) && isAccount(grant.scope))
    );
  }

  /**
   * The clusters in which the verb is allowed, or in namespaces of which: those that a list shows. A permission that
   * denies the verb in namespaces hides no cluster.
   */
  clusters(verb: Verb, at: Date): ClusterFilter {
    if (!this.tokenAllows(verb)) return 'none';
    const { allow, deny } = this.of(verb);
    const anyOf = scopesOf(allow, at).filter((scope) => reachesClusters(verb, scope));
    const noneOf = scopesOf(deny, at).filter(({ namespaces }) => !namespaces);
    if (anyOf.length === 0 || noneOf.some(coversAllClusters)) return 'none';
    const all = anyOf.some(coversAllClusters);
    if (all && noneOf.length === 0) return 'all';
    return { anyOf: all ? 'all' : anyOf, noneOf };
  }

  /** The regions in which the verb is allowed for objects that are in no cluster. */
  regions(verb: Verb, at: Date): IdFilter {
    if (!this.tokenAllows(verb)) return { only: [] };
    const { allow, deny } = this.of(verb);
    const denied = scopesOf(deny, at).filter(containsRegions);
    if (denied.some(isAccount)) return { only: [] };
    const except = denied.map(({ regionId }) => regionId!);
    const allowed = scopesOf(allow, at).filter(containsRegions);
    if (allowed.some(isAccount)) return { except };
    return { only: allowed.map(({ regionId }) => regionId!).filter((id) => !except.includes(id)) };
  }

  /** The namespaces of a cluster in which the verb is allowed. */
  namespaces(verb: Verb, cluster: TargetCluster, at: Date): IdFilter {
    if (!this.tokenAllows(verb)) return { only: [] };
    const { allow, deny } = this.of(verb);
    const inCluster = (scope: Scope) => coversCluster(scope, cluster);
    const denied = scopesOf(deny, at).filter(inCluster);
    if (denied.some(({ namespaces }) => !namespaces)) return { only: [] };
    const except = denied.flatMap(({ namespaces = [] }) => namespaces);
    const allowed = scopesOf(allow, at).filter(inCluster);
    if (allowed.some(({ namespaces }) => !namespaces)) return { except };
    const only = allowed.flatMap(({ namespaces = [] }) => namespaces);
    return { only: only.filter((namespace) => !except.includes(namespace)) };
  }

  /**
   * Whether the verb is allowed in all of a scope, so that its holder may grant it there. `cluster` is the one that the
   * scope names by id. False where a permission denies the verb anywhere in the scope, or may.
   */
  contains(verb: Verb, scope: Scope, at: Date, cluster?: TargetCluster): boolean {
    if (!this.tokenAllows(verb)) return false;
    const { allow, deny } = this.of(verb);
    if (scopesOf(deny, at).some((denied) => !cluster || coversCluster(denied, cluster))) return false;
    return scopesOf(allow, at).some((allowed) => containsScope(allowed, scope, cluster));
  }

  /** Equal for rights that allow the same at that time, whatever permissions and roles they come from. */
  key(at: Date): string {
    const { lastKey } = this;
    if (lastKey && (!lastKey.until || at < lastKey.until)) return lastKey.key;
    this.lastKey = { key: this.digest(at), until: this.nextExpiry(at) };
    return this.lastKey.key;
  }

  /** When the next permission ends. */
  nextExpiry(at: Date): Date | undefined {
    const ends = this.grants.flatMap(({ expiresAt }) => (expiresAt && expiresAt > at ? [expiresAt] : []));
    return ends.toSorted((a, b) => a.getTime() - b.getTime())[0];
  }

  private digest(at: Date): string {
    const active = this.grants.filter((grant) => isActive(grant, at));
    const texts = active.map(({ verbs, effect, scope, expiresAt }) =>
      stringify([verbs.toSorted(), effect, scope, expiresAt]),
    );
    const parts = [this.tokenScopes.toSorted(), [...new Set(texts)].sort()];
    return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  }

  private tokenAllows(verb: Verb): boolean {
    return tokenScopesOf(verb).every((scope) => this.tokenScopes.includes(scope));
  }

  private of(verb: Verb): VerbGrants {
    const known = this.byVerb.get(verb);
    if (known) return known;
    const grants = this.grants.filter(({ verbs }) => verbs.includes(verb));
    const found = {
      allow: grants.filter(({ effect }) => effect === 'ALLOW'),
      deny: grants.filter(({ effect }) => effect === 'DENY'),
    };
    this.byVerb.set(verb, found);
    return found;
  }
}

function isActive({ expiresAt }: Grant, at: Date): boolean {
  return expiresAt === undefined || expiresAt > at;
}

function scopesOf(grants: readonly Grant[], at: Date): Scope[] {
  return grants.filter((grant) => isActive(grant, at)).map(({ scope }) => scope);
}

function isAccount(scope: Scope): boolean {
  return coversAllClusters(scope) && !scope.namespaces;
}

/** Whether the scope contains all of regions, not only clusters there. */
function containsRegions({ clusterId, clusterSelector, namespaces }: Scope): boolean {
  return clusterId === undefined && !clusterSelector && !namespaces;
}

/** A permission with namespaces has an effect on what is in them, and shows the cluster they are in. */
function reachesClusters(verb: Verb, { namespaces }: Scope): boolean {
  return !namespaces || isNamespaced(verb) || reachesClusterOfNamespaces(verb);
}

function allows(verb: Verb, scope: Scope, target: Target): boolean {
  if (covers(scope, target)) return !scope.namespaces || isNamespaced(verb);
  return (
    reachesClusterOfNamespaces(verb) && target.cluster !== undefined && coversCluster(scope, target.cluster)
  );
}
