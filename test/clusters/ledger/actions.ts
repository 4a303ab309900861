import fc from 'fast-check';
import { faultPoints } from '../../../engine/faults/fault-points.js';

/** Requests of a sequence; `index` selects one of the existing objects of the kind. */

const index = fc.nat(7);
const pool = fc.record({
  size: fc.nat(4),
  chargeType: fc.constantFrom('POSTPAID', 'POSTPAID', 'SPOT', 'PREPAID'),
  dataDisks: fc.nat(3),
  /** Whether the pool also accepts larger instance types. */
  mixed: fc.boolean(),
  autoscaling: fc.boolean(),
});
export type PoolSpec = typeof pool extends fc.Arbitrary<infer P> ? P : never;

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('createCluster'),
      product: fc.constantFrom('ACK_PRO', 'ACK_PRO', 'ACK_STANDARD', 'ACK_DEDICATED', 'ASK_PRO'),
      terway: fc.boolean(),
      /** Whether its API server has an elastic IP address. */
      publicEndpoint: fc.boolean(),
      pools: fc.array(pool, { maxLength: 3 }),
    } as const),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('createNodePool'), index, pool } as const) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('scaleNodePool'), index, size: fc.nat(6) } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('updateNodePool'), index, pool } as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteNodePool'), index } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('attachInstance'),
      index,
      chargeType: fc.constantFrom('POSTPAID', 'SPOT', 'PREPAID'),
    } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('removeNode'), index, release: fc.boolean() } as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('upgradeCluster'), index } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('migrateCluster'), index } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scaleVertically'), index } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteCluster'), index } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('createVpc') } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('createVSwitch'), index, part: fc.nat(3) } as const),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteNetwork'), index } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancelOperation'), index } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('createObject'),
      index,
      object: fc.constantFrom('BALANCER', 'BALANCER', 'REUSING', 'DISK', 'DISK', 'NAS'),
    } as const),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deleteObject'), index } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cloud'),
      failureRate: fc.constantFrom(0, 0.5, 1),
      stock: fc.constantFrom(0, 5, 2_000),
    } as const),
  },
);
export type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const step = fc.record({
  /** Actions that are requested concurrently. */
  actions: fc.array(action, { minLength: 1, maxLength: 3 }),
  /** Whether the step waits for the end of earlier operations or runs concurrently with them. */
  patient: fc.boolean(),
  /** Fault point at which the engine is killed next. */
  crashAt: fc.option(fc.constantFrom(...new Set(Object.values(faultPoints).flat())), { freq: 2 }),
});

/** A sequence of this number of steps. */
export const sequence = (steps: number) => fc.array(step, { minLength: steps, maxLength: steps });
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
