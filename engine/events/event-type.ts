import type { LoggedEvent } from '../contract.js';

/** The types of the graph that implement `Event`. */
export type EventTypeName =
  'ProvisioningEvent' | 'ScalingEvent' | 'WorkloadEvent' | 'QuotaEvent' | 'AccessEvent' | 'KubernetesEvent';

/** The graph's type of an event, by its category; a scaling event without sizes is a `ProvisioningEvent`. */
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
