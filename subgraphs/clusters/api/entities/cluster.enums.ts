import type * as model from '../../model/cluster.enums.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const ClusterType = graphEnum<model.ClusterType>(
  'ClusterType',
  'Who runs the control plane (cluster_type of the ACK API).',
  {
    MANAGED_KUBERNETES: 'The platform runs the control plane.',
    KUBERNETES: 'Dedicated: the account owns three master nodes.',
    EXTERNAL_KUBERNETES: 'A cluster made elsewhere, registered here.',
  },
);

export type ClusterType = model.ClusterType;

export const ClusterProfile = graphEnum<model.ClusterProfile>(
  'ClusterProfile',
  'What a managed cluster is made for.',
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
    RUNNING: 'Works, and nothing is being changed.',
    UPDATING: 'Its configuration is being changed.',
    UPGRADING: 'Its Kubernetes version is being upgraded.',
    SCALING: 'Nodes are being added or removed.',
    REMOVING: 'Nodes are being removed. Reserved: so far such a cluster is SCALING.',
    DRAINING: 'Nodes are being drained. Reserved: so far such a cluster is SCALING.',
    WAITING: 'A registered cluster whose agent has not connected yet.',
    DISCONNECTED:
      'A registered cluster whose agent is not connected any more. Reserved: agents do not connect so far.',
    INACTIVE: 'Not in use. Reserved: no cluster is put out of use so far.',
    UNAVAILABLE: 'Its Kubernetes API does not answer.',
    DELETING: 'Being deleted.',
    DELETED: 'Deleted; still answered by id, left out of lists.',
    DELETE_FAILED: 'Deletion failed; delete again.',
  },
);

export type ClusterState = model.ClusterState;
