import { registerEnumType } from 'type-graphql';

/** A kind of cluster as it is offered, limited and billed. */
export enum Product {
  ACK_PRO = 'ACK_PRO',
  ACK_STANDARD = 'ACK_STANDARD',
  ACK_DEDICATED = 'ACK_DEDICATED',
  ASK_PRO = 'ASK_PRO',
  ASK_STANDARD = 'ASK_STANDARD',
  EDGE_PRO = 'EDGE_PRO',
  EDGE_STANDARD = 'EDGE_STANDARD',
  REGISTERED = 'REGISTERED',
}

registerEnumType(Product, {
  name: 'Product',
  description:
    'A kind of cluster as it is offered, limited and billed; it follows from type, profile and spec.',
  valuesConfig: {
    ACK_PRO: {
      description: 'Managed Kubernetes, Pro: the platform runs the control plane, with a service level.',
    },
    ACK_STANDARD: { description: 'Managed Kubernetes, standard: the platform runs the control plane.' },
    ACK_DEDICATED: {
      description: "Dedicated Kubernetes: the control plane runs on the account's own nodes.",
    },
    ASK_PRO: { description: 'Serverless Kubernetes, Pro: pods without nodes to manage.' },
    ASK_STANDARD: { description: 'Serverless Kubernetes, standard: pods without nodes to manage.' },
    EDGE_PRO: { description: 'Managed Kubernetes for nodes at the edge, Pro.' },
    EDGE_STANDARD: { description: 'Managed Kubernetes for nodes at the edge, standard.' },
    REGISTERED: { description: 'A cluster that somebody else made, registered with the platform.' },
  },
});
