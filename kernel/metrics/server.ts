import { createServer } from 'node:http';
import { Registry } from 'prom-client';
import { closeServer, listen } from '../listen.js';

/** A server of metrics. */
export interface MetricsServer extends AsyncDisposable {
  /** URL of the metrics. */
  readonly url: string;
}

/** Milliseconds for which `closeServer` waits for a running scrape. */
const GRACE = 1000;

/** Serves `/metrics` in the text format of Prometheus on a separate port; 0 takes a free one. */
export async function serveMetrics(
  registries: readonly Registry[],
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const registry = Registry.merge([...registries]);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || (request.url ?? '').split('?', 1)[0] !== '/metrics') {
      return void response.writeHead(404).end();
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const url = await listen(server, host, port);
  return { url: `${url}/metrics`, [Symbol.asyncDispose]: () => closeServer(server, GRACE) };
}
