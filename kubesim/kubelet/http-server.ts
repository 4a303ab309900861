import type { Pod } from '../kubernetes/kinds/core.js';

/** A request to an HTTP server in a container. */
export interface ContainerRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Header fields by their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** The answer of an HTTP server in a container. */
export interface ContainerResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Real seconds until it is sent: the timeouts of clients are real. */
  readonly delaySeconds?: number;
}

/** The container of a server, when a request arrives. */
export interface ServingContainer {
  readonly pod: Pod;
  readonly env: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
  /** Simulated seconds since its start. */
  readonly seconds: number;
  /** Undefined while the answer to a probe is forecast. */
  readonly network?: ContainerNetwork;
}

/** What a server can do besides answering. */
export interface ContainerNetwork {
  /** Writes a file of its container; returns false if there is no room. */
  write(path: string, text: string): boolean;
  /** The answer of a pod of a Service in the namespace; undefined if none answers. */
  request(service: string, port: number, request: ContainerRequest): ContainerResponse | undefined;
}

/** The HTTP server of a container. */
export interface Server {
  /** Ports on which it listens; undefined if it listens on all. */
  readonly ports: readonly number[] | undefined;
  /** Paths of its certificate and key; undefined if it serves plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  /** Undefined if it never answers. What it answers changes only when a step of its program ends or its files change. */
  respond(request: ContainerRequest, container: ServingContainer): ContainerResponse | undefined;
}

/** A response with a text. */
export function textResponse(body: string, status = 200): ContainerResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** A response with an object. */
export function jsonResponse(value: unknown, status = 200): ContainerResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** The path and the query of a request. A path like `//` is none of another host. */
export function urlOf({ path }: ContainerRequest): URL {
  return new URL(`http://container${path}`);
}
