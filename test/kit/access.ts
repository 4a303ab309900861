import { Rights } from '../../access/model/rights.js';
import { systemClock } from '../../kernel/clock.js';
import type { SubgraphDefinition } from '../../subgraphs/runtime/schema/define-subgraph.js';

/** Access to a subgraph of which every caller may use every field. */
export const withoutRules: SubgraphDefinition['access'] = {
  rules: { queries: {}, objects: {} },
  dependencies: {
    database: { prisma: undefined as never },
    clock: systemClock,
    rights: { of: () => new Rights([], []), onChange: () => () => undefined },
  },
};
