import type { IdFilter, Reach } from '../../../access/model/cluster-filter.js';
import type { Verb } from '../../../access/model/verb.js';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import type { Database } from '../../../kernel/postgres/database.js';
import type { Target } from '../../../access/model/target.js';
import { locateObjects } from '../store/locations.js';
import type { RequestContext } from '../subgraph.js';

/** The reach of callers with the verb in the whole account. */
const everything: Reach = { clusters: 'all', account: true };

/** What the verb reaches for the caller: the same object for each list of a request. */
export function reachOf(context: RequestContext, verb: Verb): MaybePromise<Reach> {
  return mapMaybePromise(context.rights(), (rights) => {
    const at = context.now();
    if (rights.isUnrestricted(verb, at)) return everything;
    const known = kept.get(context) ?? new Map<Verb, Reach>();
    kept.set(context, known);
    const account = rights.decide(verb, {}, at).allowed;
    const reach = known.get(verb) ?? { clusters: rights.clusters(verb, at), account };
    known.set(verb, reach);
    return reach;
  });
}

const kept = new WeakMap<RequestContext, Map<Verb, Reach>>();

/** Identifies the loader of clusters. */
const clusterLoader = {};
const ALL: IdFilter = { except: [] };
const NONE: IdFilter = { only: [] };

/** The namespaces of a cluster that the verb reaches for the caller; none of a cluster that the account does not have. */
export async function namespacesOf(
  context: RequestContext,
  { database, verb }: { readonly database: Database; readonly verb: Verb },
  clusterId: string,
): Promise<IdFilter> {
  const rights = await context.rights();
  if (rights.isUnrestricted(verb, context.now())) return ALL;
  const { account } = context.actor;
  const loader = context.loaders.of<string, Target | undefined>(clusterLoader, async (ids) => {
    const targets = await locateObjects(database, account, 'CLUSTER', ids);
    return ids.map((id) => targets.get(id));
  });
  const cluster = (await loader.load(clusterId))?.cluster;
  return cluster ? rights.namespaces(verb, cluster, context.now()) : NONE;
}

/** The regions that the verb reaches for the caller. */
export function regionsOf(context: RequestContext, verb: Verb): MaybePromise<IdFilter> {
  return mapMaybePromise(context.rights(), (rights) => rights.regions(verb, context.now()));
}
