import { Agent, request } from 'undici';

/** Where an attacker sends, and as whom. */
export interface AttackerOptions {
  /** Where GraphQL is answered. */
  readonly url: string;
  /** A token of the attacker's account. */
  readonly token: string;
  /** Clusters of the attacker's account that run. */
  readonly clusterIds: readonly string[];
}

/** What was answered. */
export interface Answers {
  /** Answers by what they say: the code of the first error, `OK`, or `failed` where there was none. */
  readonly byCode: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** Sends requests of the attacker's account and counts the answers. */
export class Attacker implements AsyncDisposable {
  private readonly agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  private readonly byCode: Record<string, number> = {};
  private bytes = 0;

  constructor(readonly options: AttackerOptions) {}

  /** A running cluster of the account; another one for each turn. */
  clusterId(turn: number): string {
    const { clusterIds } = this.options;
    return clusterIds[turn % clusterIds.length] ?? '';
  }

  /** Sends one operation. */
  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.post(JSON.stringify({ query, variables }));
  }

  /** Sends a body of JSON and reads the whole answer, which may be a refusal. */
  async post(body: string): Promise<void> {
    const { url, token } = this.options;
    try {
      const answer = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body,
        dispatcher: this.agent,
      });
      const read = Buffer.from(await answer.body.bytes());
      this.count(codeOf(read.subarray(0, 10_000).toString('latin1')), read.byteLength);
    } catch {
      this.count('failed', 0);
    }
  }

  /** Counts an answer that was read in another way. */
  count(code: string, bytes: number): void {
    this.byCode[code] = (this.byCode[code] ?? 0) + 1;
    this.bytes += bytes;
  }

  answers(): Answers {
    return { byCode: { ...this.byCode }, bytes: this.bytes };
  }

  /** Drops what is still underway. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
  }
}

/** Errors stand at the beginning of an answer. */
function codeOf(beginning: string): string {
  return /"code":"(\w+)"/.exec(beginning)?.[1] ?? 'OK';
}
