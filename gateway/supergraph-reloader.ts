import type { Log } from '../kernel/log.js';
import type { PlannableSupergraph } from './planning/plannable-supergraph.js';
import { ActiveSupergraph } from './request/active-supergraph.js';
import type { AdmissionOptions } from './request/admission.js';
import type { Supergraph } from './supergraph/supergraph.js';
import type { SubgraphSource } from './upstream/call/subgraph-source.js';

type Sources = ReadonlyMap<string, SubgraphSource>;

export interface ReloadOptions {
  /** The initial supergraph. */
  readonly supergraph: PlannableSupergraph;
  /** Parses a supergraph; throws when it is invalid. */
  readonly load: (sdl: string) => PlannableSupergraph;
  /** Resolves when the planning thread has loaded the new supergraph; immediately without a planning thread. */
  readonly loaded: () => Promise<void>;
  /** Creates the sources of a supergraph. */
  readonly connect: (supergraph: Pick<Supergraph, 'subgraphs'>) => Sources;
  /** Called after each reload. */
  readonly reloaded: () => void;
  readonly admission: Omit<AdmissionOptions, 'supergraph'>;
  readonly log: Log;
}

/** Replaces the active supergraph without dropping requests or streams. */
export class SupergraphReloader implements AsyncDisposable {
  private current: ActiveSupergraph;
  private addresses: ReadonlyMap<string, string>;
  /** Removed sources that requests may still use, each with the timer that closes it. */
  private readonly closing = new Map<SubgraphSource, NodeJS.Timeout>();

  constructor(private readonly options: ReloadOptions) {
    const { supergraph, connect, admission } = options;
    this.addresses = addressesOf(supergraph);
    this.current = new ActiveSupergraph(supergraph, connect(supergraph), admission);
  }

  /** The supergraph on which new requests are executed. */
  get active(): ActiveSupergraph {
    return this.current;
  }

  /**
   * Activates another supergraph as soon as operations can be planned on it; until then the current one stays
   * active. Subgraphs whose URL is unchanged keep their connections. Running requests finish on the supergraph on which
   * they were admitted. Streams continue with the new plan, or end with an error when their operation is invalid in the
   * new schema. Rejects without any change when the supergraph is invalid.
   */
  async reload(sdl: string): Promise<void> {
    const { load, loaded, admission, reloaded, log } = this.options;
    const supergraph = load(sdl);
    await loaded();
    const previous = this.current.sources;
    const addresses = addressesOf(supergraph);
    const sources = this.sourcesOf(supergraph, addresses);
    this.current = new ActiveSupergraph(supergraph, sources, admission);
    this.addresses = addresses;
    for (const [name, source] of previous) if (sources.get(name) !== source) this.closeLater(source);
    reloaded();
    log.info('the supergraph was reloaded');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const removed = [...this.closing];
    this.closing.clear();
    for (const [, timer] of removed) clearTimeout(timer);
    await Promise.all(
      [...this.current.sources.values(), ...removed.map(([source]) => source)].map((source) =>
        source[Symbol.asyncDispose](),
      ),
    );
  }

  /** The sources of the next supergraph: those of unchanged subgraphs, and new ones. */
  private sourcesOf({ subgraphs }: Supergraph, addresses: ReadonlyMap<string, string>): Sources {
    const kept = [...this.current.sources].filter(
      ([name]) => addresses.has(name) && addresses.get(name) === this.addresses.get(name),
    );
    const sources = new Map(kept);
    const added = this.options.connect({ subgraphs: subgraphs.filter(({ name }) => !sources.has(name)) });
    return new Map([...kept, ...added]);
  }

  /** Requests in flight to a removed subgraph get one request timeout to complete before its source is closed. */
  private closeLater(source: SubgraphSource): void {
    const timer = setTimeout(() => {
      this.closing.delete(source);
      void source[Symbol.asyncDispose]();
    }, this.options.admission.limits.requestTimeout);
    timer.unref();
    this.closing.set(source, timer);
  }
}

function addressesOf({ subgraphs }: Supergraph): Map<string, string> {
  return new Map(subgraphs.map(({ name, url }) => [name, url]));
}
