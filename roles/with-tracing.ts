import type { Env } from '../kernel/env.js';
import { startTracing } from '../kernel/tracing/start-tracing.js';

/** Runs a role whose spans are sent to OTEL_EXPORTER_OTLP_ENDPOINT, if it is set; the remaining spans are sent at the end. */
export function withTracing<R extends AsyncDisposable>(
  service: string,
  role: (env: Env) => Promise<R>,
): (env: Env) => Promise<R> {
  return async (env) => {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: name = service } = env;
    if (endpoint === undefined) return role(env);
    await using started = new AsyncDisposableStack();
    started.use(await startTracing({ endpoint, service: name }));
    const running = started.use(await role(env));
    const all = started.move();
    return { ...running, [Symbol.asyncDispose]: () => all.disposeAsync() };
  };
}
