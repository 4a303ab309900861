import { KubeConfig } from '@kubernetes/client-node';
import { Agent } from 'undici';
import type { ClusterAccess } from '../../engine/kubernetes/cluster-access.js';

/** The access of a cluster for the generated clients and `Watch` of @kubernetes/client-node, which the platform does not use. */
export function kubeConfigOf({ clusterId: name, server, caData, token }: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name, server, caData, skipTLSVerify: false },
    { name: 'fleetgraph', token },
  );
  // By default each request creates an agent, thus a TLS connection.
  const agent = new Agent({ connect: caData ? { ca: Buffer.from(caData, 'base64') } : {} });
  config.applySecurityAuthentication = async (context) => {
    context.setHeaderParam('Authorization', `Bearer ${token}`);
    context.setDispatcher(agent);
  };
  return config;
}
