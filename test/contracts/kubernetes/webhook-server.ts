import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority, issueCertificate } from '../../../kubesim/certificates.js';

/** The `request` of an AdmissionReview. */
export interface ReviewRequest {
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly requestKind?: ReviewRequest['kind'];
  readonly requestResource?: ReviewRequest['resource'];
  readonly subResource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly operation: string;
  readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
  readonly object: ReviewedObject | null;
  readonly oldObject: ReviewedObject | null;
  readonly dryRun: boolean;
  readonly options: Readonly<Record<string, unknown>> | null;
}

interface ReviewedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The `response` of an AdmissionReview without its uid, or an answer that is none. */
export type Answer =
  Readonly<Record<string, unknown>> | { readonly status: number; readonly body: string } | undefined;

/** What a webhook answers; undefined if it never does. */
export type Webhook = (request: ReviewRequest, http: IncomingMessage) => Answer;

/** Where a webhook is called. */
export interface ClientConfig {
  readonly url: string;
  readonly caBundle: string;
}

/** An HTTPS server of webhooks, each at a path of its own. */
export class WebhookServer implements AsyncDisposable {
  private readonly webhooks = new Map<string, Webhook>();

  private constructor(
    private readonly server: Server,
    private readonly caBundle: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.serve(request, response);
    });
  }

  static async start(): Promise<WebhookServer> {
    const now = new Date();
    const authority = await createCertificateAuthority(now, 'webhooks');
    const subject = { name: '127.0.0.1' };
    const request = { subject, use: 'server', hosts: ['127.0.0.1'] } as const;
    const { key, cert } = await issueCertificate(authority, request, now);
    // An API server keeps connections for its next calls: one that this server ended at the same moment would fail a call.
    const server = createSecureServer({ key, cert, keepAliveTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebhookServer(server, Buffer.from(authority.cert).toString('base64'));
  }

  /** Serves a webhook until the server is closed. */
  add(webhook: Webhook): ClientConfig {
    const { port } = this.server.address() as AddressInfo;
    const path = `/${randomUUID()}`;
    this.webhooks.set(path, webhook);
    return { url: `https://127.0.0.1:${port}${path}`, caBundle: this.caBundle };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(http: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of http as AsyncIterable<Buffer>) chunks.push(chunk);
    const { apiVersion, kind, request } = JSON.parse(Buffer.concat(chunks).toString()) as {
      readonly apiVersion: string;
      readonly kind: string;
      readonly request: ReviewRequest;
    };
    const webhook = this.webhooks.get(http.url?.split('?')[0] ?? '');
    const answer = webhook?.(request, http);
    if (!answer) return;
    if (typeof answer['body'] === 'string')
      return void response
        .writeHead(Number(answer['status']), { 'content-type': 'application/json' })
        .end(answer['body']);
    const body = { apiVersion, kind, response: { uid: request.uid, ...answer } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

/** The answer of a webhook that patches the object. */
export function patched(...operations: readonly object[]): Answer {
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64');
  return { allowed: true, patchType: 'JSONPatch', patch };
}

/** The answer of a webhook that has no objection. */
export const ALLOWED: Answer = { allowed: true };
