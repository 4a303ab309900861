import type { Json } from '../kinds/object.js';
import { ApiError } from '../kinds/status.js';
import { kubernetesApi } from '../schema/kubernetes-api.js';
import type { ApiCall, ApiResponse } from './call.js';
import { conditional } from './conditional.js';
import { discoveryDocuments } from '../openapi/discovery-documents.js';
import { type Document, documentedVersions, hashOf, openApiV3 } from '../openapi/documents.js';
import { servedApi, type ServedApi } from '../openapi/served-api.js';
import { openApiV2 } from '../openapi/swagger.js';

const ROOT = '/openapi/v3';
const JSON_TYPE = 'application/json';

/** Handles the paths of the OpenAPI documents; undefined for other paths. Throws ApiError 406. */
export function openApi(call: ApiCall): ApiResponse | undefined {
  const { path } = call;
  if (path !== '/openapi/v2' && path !== ROOT && !path.startsWith(`${ROOT}/`)) return undefined;
  const api = servedApi(kubernetesApi(call.version), call.cluster.resources.custom);
  if (!acceptsJson(call)) throw new ApiError(406, 'NotAcceptable', 'only application/json is served');
  if (path === ROOT) return { status: 200, body: index(call, api) };
  if (path !== '/openapi/v2') return groupDocument(call, api, path.slice(ROOT.length + 1));
  const document = () => openApiV2(api);
  return conditional(call, { hash: hashOf(api, document), text: document, contentType: JSON_TYPE });
}

function acceptsJson({ request }: ApiCall): boolean {
  return /application\/(json|\*)|\*\/\*/.test(request.headers.accept ?? '*/*');
}

/** The list of documents. A URL contains the hash of its document, so that clients fetch only changed ones. */
function index(call: ApiCall, api: ServedApi): Json {
  const paths = [...documentsOf(api)].map(([path, { source, text }]) => {
    const hash = hashOf(source, text);
    return [path, { serverRelativeURL: `${urlOf(call, path)}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(paths) as Json };
}

/** The documents by their paths without the first slash. */
function documentsOf(api: ServedApi): ReadonlyMap<string, Document> {
  const versions = [...documentedVersions(api)].map(
    ([path, groupVersion]) =>
      [path, { source: groupVersion.resources, text: () => openApiV3(api, groupVersion) }] as const,
  );
  return new Map([...discoveryDocuments(api), ...versions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function urlOf({ cluster }: ApiCall, path: string): string {
  return `/clusters/${encodeURIComponent(cluster.id)}${ROOT}/${path}`;
}

function groupDocument(call: ApiCall, api: ServedApi, path: string): ApiResponse | undefined {
  const found = documentsOf(api).get(path);
  if (!found) return undefined;
  const hash = hashOf(found.source, found.text);
  const wanted = call.query.get('hash');
  if (wanted && wanted !== hash) {
    call.response.setHeader('location', `${urlOf(call, path)}?hash=${hash}`);
    return { status: 301, body: '', contentType: 'text/plain' };
  }
  if (wanted) {
    const year = new Date(call.cluster.clock.now().getTime() + YEAR_MS);
    call.response.setHeader('cache-control', 'public, immutable').setHeader('expires', year.toUTCString());
  }
  return conditional(call, { hash, text: () => found.text(), contentType: JSON_TYPE });
}

const YEAR_MS = 365 * 24 * 3_600_000;
