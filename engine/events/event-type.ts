import type { LoggedEvent } from '../contract.js';

/** The graph's types behind its interface `Event`. */
export type EventTypeName =
  'ProvisioningEvent' | 'ScalingEvent' | 'WorkloadEvent' | 'QuotaEvent' | 'AccessEvent' | 'KubernetesEvent';

/** The graph's type of an event: its category's, but a scaling event without sizes, such as work begun, provisions. */
export function eventTypeOf({ category, data }: Pick<LoggedEvent, 'category' | 'data'>): EventTypeName {
  switch (category) {
    case 'SCALING':
      return Number.isInteger(data['fromSize']) && Number.isInteger(data['toSize'])
        ? 'ScalingEvent'
        : 'ProvisioningEvent';
    case 'WORKLOAD':
      return 'WorkloadEvent';
    case 'QUOTA':
      return 'QuotaEvent';
    case 'ACCESS':
      return 'AccessEvent';
    case 'KUBERNETES':
      return 'KubernetesEvent';
    default:
      return 'ProvisioningEvent';
  }
}
