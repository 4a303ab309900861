import type * as shared from '../../../kernel/product.js';
import { graphEnum } from './graph-enum.js';

/** Kind of cluster that is offered, limited and billed. Three subgraphs declare it. */
export const Product = graphEnum<shared.Product>(
  'Product',
  'A kind of cluster as it is offered, limited and billed; it follows from type, profile and spec.',
  {
    ACK_PRO: 'Managed Kubernetes, Pro: the platform runs the control plane, with a service level.',
    ACK_STANDARD: 'Managed Kubernetes, standard: the platform runs the control plane.',
    ACK_DEDICATED: "Dedicated Kubernetes: the control plane runs on the account's own nodes.",
    ASK_PRO: 'Serverless Kubernetes, Pro: pods without nodes to manage.',
    ASK_STANDARD: 'Serverless Kubernetes, standard: pods without nodes to manage.',
    EDGE_PRO: 'Managed Kubernetes for nodes at the edge, Pro.',
    EDGE_STANDARD: 'Managed Kubernetes for nodes at the edge, standard.',
    REGISTERED: 'A cluster that was created elsewhere and registered with the platform.',
  },
);
export type Product = shared.Product;
