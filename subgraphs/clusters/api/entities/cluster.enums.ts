import type * as model from '../../model/cluster.enums.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const ClusterType = graphEnum<model.ClusterType>(
  'ClusterType',
  'Owner of the control plane (cluster_type of the ACK API).',
  {
    MANAGED_KUBERNETES: 'The platform runs the control plane.',
    KUBERNETES: 'Dedicated: the account owns three master nodes.',
    EXTERNAL_KUBERNETES: 'A cluster created outside the platform, registered here.',
  },
);

export type ClusterType = model.ClusterType;

export const ClusterProfile = graphEnum<model.ClusterProfile>(
  'ClusterProfile',
  'Profile of a managed cluster.',
  {
    DEFAULT: 'General use, with nodes.',
    EDGE: 'Nodes outside the region, at the edge.',
    SERVERLESS: 'No nodes: pods run on container instances.',
  },
);

export type ClusterProfile = model.ClusterProfile;

export const ClusterSpec = graphEnum<model.ClusterSpec>(
  'ClusterSpec',
  'Edition of a managed cluster (cluster_spec of the ACK API).',
  {
    STANDARD: 'Standard edition.',
    PRO: 'Pro edition: higher quotas and a compensated service level.',
  },
);

export type ClusterSpec = model.ClusterSpec;

export const ClusterState = graphEnum<model.ClusterState>(
  'ClusterState',
  'State of a cluster, by the names of the ACK API.',
  {
    INITIAL: 'Being created.',
    FAILED: 'Creation failed or was cancelled; it can be deleted.',
    RUNNING: 'Running; no change is in progress.',
    UPDATING: 'Its configuration is being changed.',
    UPGRADING: 'Its Kubernetes version is being upgraded.',
    SCALING: 'Nodes are being added or removed.',
    REMOVING: 'Nodes are being removed. Reserved: such a cluster is SCALING.',
    DRAINING: 'Nodes are being drained. Reserved: such a cluster is SCALING.',
    WAITING: 'A registered cluster whose agent has not connected yet.',
    DISCONNECTED: 'A registered cluster whose agent has disconnected. Reserved: agents do not connect yet.',
    INACTIVE: 'Not in use. Reserved.',
    UNAVAILABLE: 'Its Kubernetes API does not answer.',
    DELETING: 'Being deleted.',
    DELETED: 'Deleted; still returned by id, but not in lists.',
    DELETE_FAILED: 'Deletion failed; delete again.',
  },
);

export type ClusterState = model.ClusterState;
