import type * as model from '../../model/network.enums.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const ResourceCreator = graphEnum<model.ResourceCreator>(
  'ResourceCreator',
  'Creator of a cloud resource.',
  {
    USER: 'The account, directly.',
    PLATFORM: 'The platform, because a cluster needed it.',
  },
);

export type ResourceCreator = model.ResourceCreator;

export const TrafficDirection = graphEnum('TrafficDirection', 'Direction of traffic.', {
  INGRESS: 'To the instances of the group.',
  EGRESS: 'From the instances of the group.',
});

export type TrafficDirection = keyof typeof TrafficDirection;

export const TrafficProtocol = graphEnum('TrafficProtocol', 'Protocol of the traffic.', {
  ALL: 'Everything.',
  TCP: 'TCP.',
  UDP: 'UDP.',
  ICMP: 'ICMP.',
});

export type TrafficProtocol = keyof typeof TrafficProtocol;

export const ClusterResourceType = graphEnum(
  'ClusterResourceType',
  'Kind of a cloud resource of a cluster.',
  {
    VPC: 'A private network.',
    VSWITCH: 'A subnet of a VPC in one zone.',
    SECURITY_GROUP: 'A security group.',
    LOAD_BALANCER: 'A load balancer (SLB): of the API server, or of a Service inside the cluster.',
    EIP: 'A public address.',
    SCALING_GROUP: 'The scaling group of a node pool.',
    INSTANCE: 'An instance.',
    DISK: 'A cloud disk of a volume claim inside the cluster.',
  },
);

export type ClusterResourceType = keyof typeof ClusterResourceType;

export const DeleteBehavior = graphEnum(
  'DeleteBehavior',
  'What the deletion of a cluster does with a resource.',
  {
    DELETE: 'The resource is deleted with the cluster, unless deleteCluster retains it.',
    RETAIN: 'The resource is kept.',
  },
);

export type DeleteBehavior = keyof typeof DeleteBehavior;
