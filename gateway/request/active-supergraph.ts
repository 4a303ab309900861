import type { PlannableSupergraph } from '../planning/plannable-supergraph.js';
import type { SubgraphSource } from '../upstream/call/subgraph-source.js';
import { Admission, type AdmissionOptions } from './admission.js';
import { OperationCosts } from './cost/operation-costs.js';
import { RequestPreparer } from './request-preparer.js';

/**
 * A supergraph with everything that executes requests on it. It never changes: a reload replaces it as a whole, and
 * a request keeps the one with which it was admitted.
 */
export class ActiveSupergraph {
  readonly preparer: RequestPreparer;
  readonly costs: OperationCosts;
  readonly admission: Admission;

  constructor(
    supergraph: PlannableSupergraph,
    readonly sources: ReadonlyMap<string, SubgraphSource>,
    options: Omit<AdmissionOptions, 'supergraph'>,
  ) {
    this.preparer = new RequestPreparer(supergraph, options.limits, sources);
    this.costs = new OperationCosts(supergraph.api, supergraph.full);
    this.admission = new Admission({ ...options, supergraph: this });
    Object.freeze(this);
  }
}
