import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream';
import {
  type AggregatedServer,
  serverOf,
  USER_HEADER,
  userHeaders,
} from '../aggregation/aggregated-server.js';
import type { ApiService } from '../kinds/api-services.js';
import { badRequest } from '../kinds/status.js';
import { reasonOf } from '../webhooks/exchange.js';
import { UnreachableError } from '../webhooks/webhook-connection.js';
import type { AggregatedTarget } from './aggregated-path.js';
import { authorizeAggregated } from './authorization.js';
import { type ApiCall, type ApiResponse, flag } from './call.js';
import { searchOf, withoutConnection } from './proxy.js';

/** Milliseconds until a server must have answered a request that is no watch, as in API servers. */
const REQUEST_TIMEOUT = 60_000;

/** Forwards a request to the server of its group and version, for its user. Throws ApiError. */
export async function forwardAggregated(
  call: ApiCall,
  target: AggregatedTarget,
): Promise<ApiResponse | undefined> {
  authorizeAggregated(call, target);
  if (call.upgrade)
    throw badRequest('connections to aggregated APIs that switch protocols are not simulated');
  const server = isAvailable(target.apiService) ? serverFor(call, target.apiService) : undefined;
  if (!server) return unavailable('service unavailable');
  try {
    const reply = await send(call, target, server);
    call.response.writeHead(reply.statusCode ?? 502, withoutConnection(reply.headers));
    pipeline(reply, call.response, () => undefined);
    return undefined;
  } catch (error) {
    return call.abortSignal.aborted ? undefined : unavailable(reasonOf(error));
  }
}

function isAvailable({ status }: ApiService): boolean {
  return status?.conditions?.some((each) => each.type === 'Available' && each.status === 'True') ?? false;
}

function serverFor({ cluster }: ApiCall, { spec }: ApiService): AggregatedServer | undefined {
  try {
    return serverOf(cluster, spec);
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

function unavailable(text: string): ApiResponse {
  return { status: 503, body: `${text}\n`, contentType: 'text/plain; charset=utf-8' };
}

async function send(
  { request, query, user, abortSignal }: ApiCall,
  { path, isWatch }: AggregatedTarget,
  server: AggregatedServer,
): Promise<IncomingMessage> {
  const slow = new AbortController();
  const isEndless = isWatch || flag(query, 'watch') || flag(query, 'follow');
  const timer = isEndless ? undefined : setTimeout(() => slow.abort(), REQUEST_TIMEOUT);
  const given = Object.entries(withoutConnection(request.headers));
  const chunked = request.headers['transfer-encoding'];
  const socket = server.connect();
  try {
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: request.method,
      path: `${path}${searchOf(request)}`,
      headers: {
        ...Object.fromEntries(given.filter(([name]) => !USER_HEADER.test(name))),
        ...userHeaders(user),
        host: server.address,
        ...(chunked && { 'transfer-encoding': chunked }),
      },
      signal: AbortSignal.any([abortSignal, slow.signal]),
    });
    pipeline(request, outgoing, () => undefined);
    const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
    reply.once('close', () => socket.destroy());
    return reply;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
