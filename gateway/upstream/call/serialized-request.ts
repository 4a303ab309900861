import { hash } from 'node:crypto';
import type { SubgraphRequest } from '../../../protocol/wire.js';

type Variables = Readonly<Record<string, unknown>>;

/** A subgraph request whose JSON is concatenated from serialized parts. */
export class SerializedRequest implements SubgraphRequest {
  private built: Variables | undefined;
  private written: string | undefined;

  constructor(
    private readonly template: RequestTemplate,
    private readonly write: () => string,
    private readonly build: () => Variables,
  ) {}

  get query(): string {
    return this.template.query;
  }

  /** For subgraphs in this process, which need no JSON. */
  get variables(): Variables {
    this.built ??= this.build();
    return this.built;
  }

  /** The request body as JSON. */
  get body(): string {
    return `${this.template.head}${this.text}}`;
  }

  /** A key that is equal only for equal requests. */
  get key(): string {
    return this.template.digest + this.text;
  }

  /** The variables as JSON, serialized on demand: subgraphs in this process rarely need it. */
  private get text(): string {
    this.written ??= this.write();
    return this.written;
  }
}

/** The common part of all requests of one operation, serialized once. */
export class RequestTemplate {
  readonly head: string;
  /** Digest of the head for comparing requests; shorter than most heads. */
  readonly digest: string;

  constructor(readonly query: string) {
    this.head = `{"query":${JSON.stringify(query)},"variables":`;
    this.digest = hash('sha256', this.head, 'base64url');
  }

  /**
   * Creates a request with variables: `variables` returns JSON, `build` an object for subgraphs in this
   * process.
   */
  write(variables: () => string, build: () => Variables): SerializedRequest {
    return new SerializedRequest(this, variables, build);
  }
}

/** Key of any request. */
export function requestKey(request: SubgraphRequest): string {
  return request instanceof SerializedRequest ? request.key : JSON.stringify(request);
}

/** JSON body of any request. */
export function bodyOf(request: SubgraphRequest): string {
  return request instanceof SerializedRequest ? request.body : JSON.stringify(request);
}
