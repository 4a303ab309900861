import type { OutgoingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Requester } from '../cluster/policies/request.js';
import type { ApiService } from '../kinds/api-services.js';
import { connectToPod, endpointOf, type WebhookNetwork } from '../webhooks/webhook-connection.js';

/** A pod that serves a group and version. */
export interface AggregatedServer {
  /** Address and port of the pod. */
  readonly address: string;
  /** Opens a connection that verifies the server. */
  connect(): TLSSocket;
}

/** The server of a registration with a Service. Throws UnreachableError. */
export function serverOf(
  network: Pick<WebhookNetwork, 'store' | 'network'>,
  { service = {}, caBundle, insecureSkipTLSVerify = false }: ApiService['spec'],
): AggregatedServer {
  const { namespace = '', name = '', port = 443 } = service;
  const endpoint = endpointOf(network, { namespace, name, port });
  return {
    address: endpoint.address,
    connect() {
      return connectToPod(endpoint, {
        servername: `${name}.${namespace}.svc`,
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: !insecureSkipTLSVerify,
        ...(caBundle && { ca: Buffer.from(caBundle, 'base64').toString() }),
      });
    },
  };
}

/** Headers that say for whom an API server forwards a request. */
export const USER_HEADER = /^x-remote-(user|uid|group|extra-.*)$/;

/** The headers of the user of a request. */
export function userHeaders({ username, uid, groups, extra = {} }: Requester): OutgoingHttpHeaders {
  const extras = Object.entries(extra).map(([key, values]) => [
    `x-remote-extra-${headerName(key)}`,
    [...values],
  ]);
  return {
    'x-remote-user': username,
    ...(uid && { 'x-remote-uid': uid }),
    'x-remote-group': [...groups],
    ...(Object.fromEntries(extras) as OutgoingHttpHeaders),
  };
}

/** A key with its characters that are no part of a token (RFC 9110) percent-encoded. */
function headerName(key: string): string {
  return key.replace(/[^!#$&'*+\-.^_`|~0-9A-Za-z]/gu, encodeURIComponent);
}
