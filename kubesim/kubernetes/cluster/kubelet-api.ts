import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pod } from '../kinds/core.js';

/** Resource usage in cores and bytes. */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
}

/** A request to the port of a kubelet. */
export interface KubeletRequest {
  /** Path and query, e.g. `/containerLogs/default/web/main?follow=true`. */
  readonly url: string;
  readonly request: IncomingMessage;
}

/** The network of a cluster's nodes: the ports of the kubelets, and those of the pods. */
export interface NodeNetwork {
  /** Serves a request to the kubelet of a node. Throws ApiError before it has sent anything. */
  serve(nodeName: string, call: KubeletRequest, response: ServerResponse): void;
  /** Serves a request to switch protocols: exec, attach and port-forward. */
  upgrade(
    nodeName: string,
    call: KubeletRequest,
    client: { readonly socket: Duplex; readonly head: Buffer },
  ): void;
  /** What serves connections to a port of a pod; undefined if nothing listens on it. */
  listener(pod: Pod, port: number): ((socket: Duplex) => void) | undefined;
}
