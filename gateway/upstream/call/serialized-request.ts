import { hash } from 'node:crypto';
import type { SubgraphRequest } from '../../../protocol/wire.js';

type Variables = Readonly<Record<string, unknown>>;

/** A request to a subgraph whose JSON is put together of parts that are written already. */
export class SerializedRequest implements SubgraphRequest {
  private given: Variables | undefined;
  private written: string | undefined;

  constructor(
    private readonly template: RequestTemplate,
    private readonly write: () => string,
    private readonly build: () => Variables,
  ) {}

  get query(): string {
    return this.template.query;
  }

  /** For subgraphs that are not asked in JSON. */
  get variables(): Variables {
    this.given ??= this.build();
    return this.given;
  }

  /** All of it as JSON. */
  get body(): string {
    return `${this.template.head}${this.text}}`;
  }

  /** A text that two requests share only when they are the same. */
  get key(): string {
    return this.template.digest + this.text;
  }

  /** The variables as JSON; a subgraph of this process mostly has no need of it. */
  private get text(): string {
    this.written ??= this.write();
    return this.written;
  }
}

/** What all requests of one operation have in common; its JSON is written once. */
export class RequestTemplate {
  readonly head: string;
  /** Stands for the head where requests are compared, which is shorter than most. */
  readonly digest: string;

  constructor(readonly query: string) {
    this.head = `{"query":${JSON.stringify(query)},"variables":`;
    this.digest = hash('sha256', this.head, 'base64url');
  }

  /** The request with variables: a JSON object, or what `build` makes for those who read no JSON. */
  write(variables: () => string, build: () => Variables): SerializedRequest {
    return new SerializedRequest(this, variables, build);
  }
}

/** What tells a request apart from every other one, whoever made it. */
export function requestKey(request: SubgraphRequest): string {
  return request instanceof SerializedRequest ? request.key : JSON.stringify(request);
}

/** The JSON of a request, whoever made it. */
export function bodyOf(request: SubgraphRequest): string {
  return request instanceof SerializedRequest ? request.body : JSON.stringify(request);
}
