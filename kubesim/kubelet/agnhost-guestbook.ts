import { z } from 'zod';
import {
  type ContainerRequest,
  type ContainerResponse,
  jsonResponse,
  type Server,
  type ServingContainer,
  textResponse,
  urlOf,
} from './http-server.js';

/** File of a container with what it stores, so that it is lost with the container. */
const STORE = '/guestbook.json';
/** Most characters of it. */
const MAX_STORE = 32 * 1024;

const storeSchema = z.record(z.string(), z.string());

type Store = z.infer<typeof storeSchema>;

/** Where a guestbook finds the others. */
interface Backend {
  readonly port: number;
  /** Service of the primary whose data a replica has; undefined for a primary. */
  readonly primary: string | undefined;
}

/** `agnhost guestbook`: a page that stores values in a primary and reads them from replicas. */
export function guestbook(backend: Backend): Server['respond'] {
  return (request, container) => {
    const { pathname, searchParams } = urlOf(request);
    const key = searchParams.get('key') ?? '';
    switch (pathname) {
      case '/get':
      case '/register':
        return read(pathname === '/get' ? key : '', backend, container);
      case '/set':
        return store(key, searchParams.get('value') ?? '', container);
      case '/guestbook':
        return passOn(searchParams, backend, container);
      default:
        return textResponse('404 page not found\n', 404);
    }
  };
}

/** A replica asks its primary: it has the same data. */
function read(
  key: string,
  { port, primary }: Backend,
  container: ServingContainer,
): ContainerResponse | undefined {
  if (primary !== undefined) return ask(container, primary, port, { cmd: 'get', key, value: '' });
  const data = storeOf(container);
  return jsonResponse({ data: key === '' ? data : Object.hasOwn(data, key) ? data[key] : '' });
}

function store(key: string, value: string, container: ServingContainer): ContainerResponse {
  if (key === '') return textResponse('cannot set with empty key.\n', 400);
  const text = JSON.stringify({ ...storeOf(container), [key]: value });
  if (text.length > MAX_STORE || !container.network?.write(STORE, text))
    return textResponse('no space left on device\n', 417);
  return jsonResponse({ message: 'Updated' });
}

function passOn(
  query: URLSearchParams,
  { port }: Backend,
  container: ServingContainer,
): ContainerResponse | undefined {
  const cmd = (query.get('cmd') ?? '').toLowerCase();
  const [key, value] = [query.get('key') ?? '', query.get('value') ?? ''];
  if (cmd !== 'get' && cmd !== 'set') return textResponse(`unsupported cmd: '${cmd}'\n`, 400);
  if (cmd === 'set' && key === '') return textResponse('cannot set with empty key.\n', 400);
  const service = cmd === 'get' ? 'agnhost-replica' : 'agnhost-primary';
  return ask(container, service, port, { cmd, key, value });
}

function ask(
  { network }: ServingContainer,
  service: string,
  port: number,
  { cmd, ...query }: { readonly cmd: string; readonly key: string; readonly value: string },
): ContainerResponse {
  const path = `/${cmd}?${new URLSearchParams(query).toString()}`;
  const request: ContainerRequest = { method: 'GET', path, headers: {}, body: '' };
  const refused = `encountered error: Get "http://${service}:${port}${path}": connection refused\n`;
  return network?.request(service, port, request) ?? textResponse(refused, 417);
}

function storeOf({ files }: ServingContainer): Store {
  try {
    return storeSchema.parse(JSON.parse(files.get(STORE) ?? '{}'));
  } catch {
    // A client may have written something else to the file.
    return {};
  }
}
