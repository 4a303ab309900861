import type { SubgraphRequest } from '../../kernel/graph/wire.js';
import type { Tree } from './tree.js';

/** A request to a subgraph whose JSON is written already. */
export class WrittenRequest implements SubgraphRequest {
  private parsed: Tree | undefined;

  constructor(
    private readonly template: RequestTemplate,
    private readonly text: string,
  ) {}

  get query(): string {
    return this.template.query;
  }

  get operationName(): string | undefined {
    return this.template.operationName;
  }

  /** For subgraphs that are not asked in JSON. */
  get variables(): Tree {
    this.parsed ??= JSON.parse(this.text) as Tree;
    return this.parsed;
  }

  /** All of it as JSON. */
  get body(): string {
    return `${this.template.head}${this.text}}`;
  }
}

/** What all requests of one operation have in common; its JSON is written once. */
export class RequestTemplate {
  readonly head: string;

  constructor(
    readonly query: string,
    readonly operationName: string | undefined,
  ) {
    const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`;
    this.head = `{"query":${JSON.stringify(query)},${name}"variables":`;
  }

  /** The request with these variables, a JSON object. */
  write(variables: string): WrittenRequest {
    return new WrittenRequest(this, variables);
  }
}

/** The JSON of a request, whoever made it. */
export function bodyOf(request: SubgraphRequest): string {
  return request instanceof WrittenRequest ? request.body : JSON.stringify(request);
}
