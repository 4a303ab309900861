import type { Transaction } from '../../../../kernel/postgres/database.js';
import { isId } from '../../../../kernel/ids.js';
import { parseQuotaId, type QuotaKey } from '../../../../engine/ledger/quota-id.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { Product } from '../../../../kernel/product.js';
import {
  appliesToClusterOf,
  generalKey,
  limitingResource,
  matches,
  productOf,
  type Quota,
  type QuotaDefinition,
  type QuotaSelection,
  toQuota,
} from '../../model/quota.rules.js';
import type { QuotaStore } from '../../store/quota.store.js';

/** The fields of a cluster that determine its quotas. */
export interface ClusterProduct {
  readonly id: string;
  readonly product: Product;
}

/** Filter of quotas; all conditions must match. */
export interface QuotaListFilter extends QuotaSelection {
  readonly clusterId?: string | null;
  readonly onlyUsed?: boolean | null;
}

/** Reads limits and usage of the caller's account. */
export class QuotaService {
  constructor(private readonly store: QuotaStore) {}

  /** The account's quotas that match the filter, in the order of the catalog. */
  async quotas(context: RequestContext, filter: QuotaListFilter): Promise<Quota[]> {
    const definitions = [...(await this.store.definitions()).values()];
    const keys = filter.clusterId
      ? await this.keysOfCluster(context, filter.clusterId, definitions)
      : definitions.map(generalKey);
    const selected = new Set(
      definitions.filter((definition) => matches(definition, filter)).map((row) => row.resource),
    );
    const quotas = await this.load(
      context,
      keys.filter((key) => selected.has(key.resource)),
    );
    return filter.onlyUsed ? quotas.filter((quota) => quota.used > 0) : quotas;
  }

  /**
   * Reads a quota by id; null if it does not exist or belongs to another account's cluster. Ids of one request share
   * statements.
   */
  async quota(context: RequestContext, id: string): Promise<Quota | null> {
    const key = parseQuotaId(id);
    if (!key || !(await this.permitted(key, (scope) => this.scopeLoader(context).load(scope)))) return null;
    return this.loader(context).load(key);
  }

  /** The quota of a key that is known to exist, e.g. of an application. */
  async existing(context: RequestContext, key: QuotaKey): Promise<Quota> {
    const quota = await this.loader(context).load(key);
    if (!quota) throw new Error(`the catalog has no quota of ${key.resource}`);
    return quota;
  }

  /** The quotas of the cluster. Clusters of one request share one statement. */
  async ofCluster(context: RequestContext, cluster: ClusterProduct): Promise<Quota[]> {
    const definitions = [...(await this.store.definitions()).values()];
    return this.load(context, clusterKeys(definitions, cluster));
  }

  /** The definition for a key that the account may use; undefined otherwise. */
  definition(account: string, key: QuotaKey, tx?: Transaction): Promise<QuotaDefinition | undefined> {
    return this.permitted(key, async (scope) => (await this.store.scopesOf(account, [scope], tx)).has(scope));
  }

  private async permitted(
    key: QuotaKey,
    isScope: (scope: string) => Promise<boolean>,
  ): Promise<QuotaDefinition | undefined> {
    const definition = (await this.store.definitions()).get(key.resource);
    if (!definition) return undefined;
    if (key.scope === generalKey(definition).scope) return definition;
    return hasScopes(definition, key.scope) && (await isScope(key.scope)) ? definition : undefined;
  }

  private scopeLoader(context: RequestContext) {
    return context.loaders.of<string, boolean>(this.store, async (scopes) => {
      const knownScopes = await this.store.scopesOf(context.actor.account, scopes);
      return scopes.map((scope) => knownScopes.has(scope));
    });
  }

  /**
   * Reads from the ledger the resources that are counted in a cluster; the product is the first part of a resource.
   * The ledger contains no entry for another account's cluster.
   */
  private async keysOfCluster(
    context: RequestContext,
    clusterId: string,
    definitions: readonly QuotaDefinition[],
  ): Promise<QuotaKey[]> {
    if (!isId('cluster', clusterId)) return [];
    const counted = await this.store.resourcesIn(context.actor.account, clusterId);
    const product = counted.map(productOf).find((found) => found !== undefined);
    return product ? clusterKeys(definitions, { id: clusterId, product }) : [];
  }

  private async load(context: RequestContext, keys: readonly QuotaKey[]): Promise<Quota[]> {
    const loader = this.loader(context);
    const quotas = await Promise.all(keys.map((key) => loader.load(key)));
    return quotas.filter((quota) => quota !== null);
  }

  private loader(context: RequestContext) {
    return context.loaders.of<QuotaKey, Quota | null>(this, async (keys) => {
      const definitions = await this.store.definitions();
      const limiting = keys.flatMap(({ resource, scope }) => {
        const other = limitingResource(resource);
        return other === undefined ? [] : [{ resource: other, scope }];
      });
      const requestedKeys = [...new Map([...keys, ...limiting].map((key) => [textOf(key), key])).values()];
      const rows = await this.store.balances(context.actor.account, requestedKeys);
      const balances = new Map(rows.map((row) => [textOf(row), row]));
      return keys.map(({ resource, scope }) => {
        const definition = definitions.get(resource);
        const balance = balances.get(textOf({ resource, scope }));
        const other = limitingResource(resource);
        const limit = other === undefined ? undefined : balances.get(textOf({ resource: other, scope }));
        return definition && balance ? toQuota(definition, scope, balance, limit) : null;
      });
    });
  }
}

function textOf({ resource, scope }: QuotaKey): string {
  return `${resource}|${scope}`;
}

function clusterKeys(definitions: readonly QuotaDefinition[], cluster: ClusterProduct): QuotaKey[] {
  return definitions
    .filter((definition) => appliesToClusterOf(definition, cluster.product))
    .map((definition) => ({ resource: definition.resource, scope: cluster.id }));
}

/** Whether the scope is an id of the definition's kind of scope. */
function hasScopes(definition: QuotaDefinition, scope: string): boolean {
  if (definition.scopeKind === 'NODE_POOL') return isId('nodePool', scope);
  // A VPC has one route table, whose scope is the id of the VPC.
  if (definition.scopeKind === 'VPC' || definition.scopeKind === 'ROUTE_TABLE') return isId('vpc', scope);
  if (definition.scopeKind === 'SECURITY_GROUP') return isId('securityGroup', scope);
  return (definition.scopeKind === 'CLUSTER' || definition.scopeKind === 'NODE') && isId('cluster', scope);
}
