import type { Log } from '../kernel/log.js';
import { OperationCosts } from './request/cost/operation-costs.js';
import type { SubgraphSource } from './upstream/call/subgraph-source.js';
import type { Limits } from './request/limits/limits.js';
import { RequestPreparer } from './request/request-preparer.js';
import type { PlannableSupergraph } from './planning/plannable-supergraph.js';
import type { Subscriptions } from './subscriptions/subscriptions.js';
import type { Supergraph } from './supergraph/supergraph.js';
import type { ActiveSupergraph } from './request/admission.js';

export interface ReloadOptions {
  /** The initial supergraph. */
  readonly supergraph: Supergraph;
  /** Parses a supergraph; throws when it is invalid. */
  readonly load: (sdl: string) => PlannableSupergraph;
  /** Resolves when the planning thread, if there is one, has loaded the new supergraph. */
  readonly loaded: () => Promise<void>;
  readonly served: ActiveSupergraph;
  readonly sources: Map<string, SubgraphSource>;
  /** Makes the sources of a supergraph. */
  readonly connect: (supergraph: Pick<Supergraph, 'subgraphs'>) => Map<string, SubgraphSource>;
  readonly subscriptions: Subscriptions;
  readonly limits: Limits;
  readonly log: Log;
}

/** Replaces the active supergraph without dropping requests or streams. */
export class SupergraphReloader implements AsyncDisposable {
  private addresses: ReadonlyMap<string, string>;
  private readonly leaving = new Map<SubgraphSource, NodeJS.Timeout>();

  constructor(private readonly options: ReloadOptions) {
    this.addresses = addressesOf(options.supergraph);
  }

  /**
   * Activates another supergraph as soon as operations can be planned on it; until then the current one stays
   * active. Subgraphs whose URL is unchanged keep their connections. Streams continue with the new plan, or end
   * with an error when their operation is invalid in the new schema. Rejects without any change when the
   * supergraph is invalid.
   */
  async reload(sdl: string): Promise<void> {
    const { served, subscriptions, limits, log, load, loaded } = this.options;
    const supergraph = load(sdl);
    await loaded();
    const preparation = new RequestPreparer(supergraph, limits);
    const costs = new OperationCosts(supergraph.api, supergraph.full);
    this.replaceSources(supergraph);
    Object.assign(served, { preparation, costs });
    subscriptions.reload();
    log.info('the supergraph was reloaded');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sources = [...this.leaving];
    this.leaving.clear();
    for (const [, timer] of sources) clearTimeout(timer);
    await Promise.all([...this.options.sources.values(), ...sources.map(([source]) => source)].map(close));
  }

  private replaceSources(supergraph: Supergraph): void {
    const { sources, connect } = this.options;
    const next = addressesOf(supergraph);
    const stays = (name: string) => sources.has(name) && next.get(name) === this.addresses.get(name);
    const fresh = connect({ subgraphs: supergraph.subgraphs.filter(({ name }) => !stays(name)) });
    for (const [name, source] of [...sources]) {
      if (stays(name)) continue;
      sources.delete(name);
      this.leave(source);
    }
    for (const [name, source] of fresh) sources.set(name, source);
    this.addresses = next;
  }

  /**
   * Requests in flight to a removed subgraph get one request timeout to complete before its source is closed.
   */
  private leave(source: SubgraphSource): void {
    const timer = setTimeout(() => {
      this.leaving.delete(source);
      void close(source);
    }, this.options.limits.requestTimeout);
    timer.unref();
    this.leaving.set(source, timer);
  }
}

function addressesOf({ subgraphs }: Supergraph): Map<string, string> {
  return new Map(subgraphs.map(({ name, url }) => [name, url]));
}

async function close(source: SubgraphSource): Promise<void> {
  await source[Symbol.asyncDispose]();
}
