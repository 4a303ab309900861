import type { Problem } from '../../kernel/result.js';
import type { ChargeType } from './charge-type.js';

export interface Instance {
  readonly id: string;
  readonly state: 'STARTING' | 'RUNNING' | 'STOPPING' | 'FAILED';
  /** The pool in whose scaling group it is; null: in none. */
  readonly nodePoolId?: string | null | undefined;
  readonly instanceType: string;
  readonly zoneId: string;
  readonly version: string;
  readonly readyAt: Date;
  /** The instance's id at the provider. */
  readonly providerId?: string | undefined;
  readonly chargeType?: ChargeType | undefined;
  /** The vSwitch that it is in, and its private address there. */
  readonly vSwitchId?: string | undefined;
  readonly address?: string | undefined;
  /** When the spot instance will be reclaimed. */
  readonly reclaimAt?: Date | undefined;
  /** Why it could not be created; such an instance does not run and is not billed. */
  readonly failure?: Problem;
}

/** A vSwitch: the subnet of a VPC in a zone from which instances get their addresses. */
export interface VSwitchPlace {
  readonly id: string;
  readonly zoneId: string;
  readonly cidr: string;
}
