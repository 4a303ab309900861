import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A received span. */
export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  /** The string attributes. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A collector for OTLP over HTTP. */
export interface TraceReceiver extends AsyncDisposable {
  /** Value for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
}

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') spans.push(...readSpans(Buffer.concat(chunks)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** ExportTraceServiceRequest: resource_spans = 1 { resource = 1 { attributes = 1 }, scope_spans = 2 { spans = 2 } }. */
function readSpans(body: Buffer): ReceivedSpan[] {
  return parts(body, 1).flatMap((resourceSpans) => {
    const resource = texts(parts(resourceSpans, 1).flatMap((part) => parts(part, 1)));
    const spans = parts(resourceSpans, 2).flatMap((scope) => parts(scope, 2));
    return spans.map((span) => ({
      service: resource['service.name'] ?? '',
      traceId: hex(span, 1),
      spanId: hex(span, 2),
      parentId: hex(span, 4),
      name: text(span, 5),
      attributes: texts(parts(span, 9)),
    }));
  });
}

/** KeyValue: key = 1, value = 2 { string_value = 1 }. */
function texts(attributes: readonly Buffer[]): Record<string, string> {
  return Object.fromEntries(
    attributes.map((attribute) => [
      text(attribute, 1),
      parts(attribute, 2).map((value) => text(value, 1))[0] ?? '',
    ]),
  );
}

function hex(message: Buffer, field: number): string {
  return parts(message, field)[0]?.toString('hex') ?? '';
}

function text(message: Buffer, field: number): string {
  return parts(message, field)[0]?.toString('utf8') ?? '';
}

/** The length-delimited values of a field of a protobuf message. */
function parts(message: Buffer, field: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = varint();
      if (tag >> 3 === field) found.push(message.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}
