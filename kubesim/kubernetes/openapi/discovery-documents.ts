import { type Document, definitionsOf, openApiDocument } from './documents.js';
import { groupTag, META, okResponse } from './paths.js';
import type { ServedApi } from './served-api.js';

/** A path that says what an API server serves, and the definition of its answer. */
interface Described {
  readonly tag: string;
  readonly definition: string;
}

const ROOTS: Readonly<Record<string, Described>> = {
  api: { tag: 'core', definition: `${META}.APIVersions` },
  apis: { tag: 'apis', definition: `${META}.APIGroupList` },
  version: { tag: 'version', definition: 'io.k8s.apimachinery.pkg.version.Info' },
};

const known = new WeakMap<ServedApi, ReadonlyMap<string, Document>>();

/** The documents of discovery and of the version, by their paths without the first slash. */
export function discoveryDocuments(api: ServedApi): ReadonlyMap<string, Document> {
  const found = known.get(api);
  if (found) return found;
  const groups = api.groups.map(
    (group) => [`apis/${group}`, { tag: groupTag(group), definition: `${META}.APIGroup` }] as const,
  );
  const documents = new Map(
    [...Object.entries(ROOTS), ...groups].map(([path, described]) => [
      path,
      { source: described, text: () => documentOf(api, path, described) },
    ]),
  );
  known.set(api, documents);
  return documents;
}

function documentOf(api: ServedApi, path: string, { tag, definition }: Described): string {
  const get = { tags: [tag], responses: okResponse(definition) };
  const paths = JSON.stringify({ [`/${path}/`]: { get } });
  return openApiDocument(paths, definitionsOf(api, paths));
}
