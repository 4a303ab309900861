import type { Problem } from '../../../kernel/result.js';
import { isVirtual } from './instance-category.js';

/** Instance families that cannot be converted to subscription. */
export const NO_SUBSCRIPTION: readonly string[] = [
  't1',
  's1',
  's2',
  's3',
  'c1',
  'c2',
  'm1',
  'm2',
  'n1',
  'n2',
  'e3',
];

/** The family of an instance type: `n1` of `ecs.n1.large`. */
function familyOf(instanceType: string): string {
  return instanceType.split('.')[1] ?? '';
}

export interface ConversionCase {
  readonly instanceType: string;
  readonly from: string;
  readonly to: string;
}

/** Why an instance cannot be converted to the charge type; undefined when it can. */
export function conversionProblem({
  instanceType,
  from,
  to,
}: ConversionCase): Pick<Problem, 'code' | 'message'> | undefined {
  const code = 'CHARGE_TYPE_NOT_CONVERTIBLE';
  if (from !== 'POSTPAID' || to !== 'PREPAID')
    return { code, message: `${from} cannot become ${to}; only POSTPAID becomes PREPAID.` };
  if (isVirtual(instanceType))
    return { code, message: 'A virtual node is no instance that could be bought.' };
  const family = familyOf(instanceType);
  if (!NO_SUBSCRIPTION.includes(family)) return undefined;
  return { code, message: `Instances of the family ${family} cannot go over to subscription.` };
}

/** Validates the charge type of a load balancer: subscription and spot exist only for instances. */
export function loadBalancerProblems(
  instanceConfig: { readonly chargeType: string } | null | undefined,
  path: readonly string[],
): Problem[] {
  if (!instanceConfig || instanceConfig.chargeType === 'POSTPAID') return [];
  const message = `Load balancers are paid by use (POSTPAID), not ${instanceConfig.chargeType}.`;
  return [{ code: 'INVALID_INPUT', message, path }];
}
